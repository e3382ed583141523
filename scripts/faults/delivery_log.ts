/** A trigger's deliveries as the program's API shows them. */
import { ask, type Json } from "./api";

const PAGE_SIZE = 100;

export interface Delivery {
  readonly id: string;
  readonly run_id: string;
  readonly state: string;
  readonly attempts: number;
}

export class DeliveryLog {
  readonly #address: string;
  readonly #trigger_id: string;

  constructor(address: string, trigger_id: string) {
    this.#address = address;
    this.#trigger_id = trigger_id;
  }

  async all(): Promise<Delivery[]> {
    const found: Delivery[] = [];
    for (let page = 1; ; page += 1) {
      const { items, has_next } = await this.#page(`page=${page}&page_size=${PAGE_SIZE}`);
      found.push(...items);
      if (!has_next) return found;
    }
  }

  /** How many are in one of these states. */
  async count(...states: string[]): Promise<number> {
    const pages = await Promise.all(states.map((state) => this.#page(`state=${state}&page_size=1`)));
    return pages.reduce((sum, { total }) => sum + total, 0);
  }

  #page(query: string): Promise<Json> {
    return ask(this.#address, "GET", `/triggers/${this.#trigger_id}/deliveries?${query}`);
  }
}
