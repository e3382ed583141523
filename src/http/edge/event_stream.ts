/** Server-sent events (WHATWG HTML, 9.2): an answer that goes on until the last event or until the client leaves. */
import type { Clock } from "../../clock";
import type { RunEvent } from "../../services/runs/run_events";

/** A line that says nothing, so that both ends notice when the other is gone. */
const HEARTBEAT_MS = 5000;
/** Events that wait for a client that reads too slowly; progress beyond them is left out, states never are. */
const WAITING_EVENTS_MAX = 100;

/** `start` begins to deliver, at once or later, and returns what stops it; what it throws is thrown here. */
export function eventStream(
  clock: Clock,
  signal: AbortSignal,
  start: (deliver: (event: RunEvent) => void) => () => void,
): Response {
  const queue = new EventQueue(clock);
  try {
    queue.onClose = start((event) => queue.deliver(event));
  } catch (error) {
    queue.close();
    throw error;
  }
  if (queue.is_closed) queue.onClose();
  signal.addEventListener("abort", () => queue.close(), { once: true });
  return new Response(queue.stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}

class EventQueue {
  readonly stream: ReadableStream<Uint8Array>;
  is_closed = false;
  onClose: () => void = () => {};
  readonly #clock: Clock;
  readonly #encoder = new TextEncoder();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #stopHeartbeat: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.close(),
      },
      { highWaterMark: WAITING_EVENTS_MAX },
    );
    this.#stopHeartbeat = this.#beat();
  }

  deliver(event: RunEvent): void {
    if (this.is_closed || (event.name === "progress" && (this.#controller.desiredSize ?? 0) <= 0)) return;
    this.#send(`id: ${event.id}\nevent: ${event.name}\ndata: ${event.data}\n\n`);
    if (event.is_last) this.close();
  }

  /** Ends the answer; calling it again does nothing. */
  close(): void {
    if (this.is_closed) return;
    this.is_closed = true;
    this.#stopHeartbeat();
    this.onClose();
    try {
      this.#controller.close();
    } catch {
      // The client was faster.
    }
  }

  #send(text: string): void {
    this.#controller.enqueue(this.#encoder.encode(text));
  }

  #beat(): () => void {
    return this.#clock.after(
      HEARTBEAT_MS,
      () => {
        if ((this.#controller.desiredSize ?? 0) > 0) this.#send(":\n\n");
        this.#stopHeartbeat = this.#beat();
      },
      true,
    );
  }
}
