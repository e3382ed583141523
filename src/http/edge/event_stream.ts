/** Server-sent events (WHATWG HTML, 9.2): an answer that lasts until the last event or until the client leaves. */
import type { Clock } from "../../clock";
import type { RunEvent } from "../../services/runs/run_events";

/** The interval of comment lines that let both ends notice when the other is gone. */
const HEARTBEAT_MS = 5000;
/** Events kept for a client that reads too slowly. Beyond this number progress is left out, but never a state. */
const WAITING_EVENTS_MAX = 100;

/** `start` delivers events, at once or later, and returns a function that stops it. Throws what `start` throws. */
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
      // The client has closed the stream already.
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
