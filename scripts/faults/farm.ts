/** Webhook receivers on raw sockets, each with its own port and its own kind of fault. They record what they receive. */
import { createHmac } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";

export interface Request {
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The reaction of a receiver to its n-th request (from 1). */
export type Behaviour = (socket: Socket, n: number) => void;

export class Field {
  readonly requests: Request[] = [];
  /** Connections, with or without a whole request. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens one on a free port. `onConnect` acts before anything has arrived, instead of reading. */
  static async open(behaviour: Behaviour, onConnect: Behaviour | null = null): Promise<Field> {
    const server = createServer();
    const field = new Field(server);
    server.on("connection", (socket) => field.#accept(socket, behaviour, onConnect));
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    return field;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket, behaviour: Behaviour, onConnect: Behaviour | null): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    if (onConnect !== null) {
      onConnect(socket, this.connections);
      return;
    }
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
      const request = parse(bytes);
      if (request === null) return;
      bytes = Buffer.alloc(0);
      this.requests.push(request);
      behaviour(socket, this.requests.length);
    });
  }
}

/** A complete request, or null when more data is needed. */
function parse(bytes: Buffer): Request | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const lines = bytes.subarray(0, end).toString("latin1").split("\r\n").slice(1);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = bytes.subarray(end + 4);
  return body.length < Number(headers["content-length"]) ? null : { at: performance.now(), headers, body };
}

/** What is wrong with the signatures of a request, computed from the documentation and not by the program; null: both are right. */
export function faultOfSignatures(request: Request, secret: string): string | null {
  const { headers, body } = request;
  const compat = createHmac("sha256", secret).update(body).digest("hex");
  if (headers["x-jaot-signature"] !== compat) return "x-jaot-signature does not fit";
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body.toString("utf8")}`;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const standard = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"]!.split(" ").includes(standard) ? null : "webhook-signature does not fit";
}

/** A complete answer, after which the connection is closed. */
export function answer(status: number, headers = "", body: string | Buffer = "ok"): Behaviour {
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} X\r\ncontent-length: ${body.length}\r\n${headers}\r\n`);
    socket.end(body);
  };
}

/** Raw bytes, after which nothing more comes and the connection stays open. */
export function say(bytes: string | Buffer): Behaviour {
  return (socket) => void socket.write(bytes);
}

/** Raw bytes, after which the connection is cut. */
export function breakOff(bytes: string): Behaviour {
  return (socket) => void socket.write(bytes, () => socket.resetAndDestroy());
}

/** A start, and then the same piece again and again, each when the last was accepted, `pause_ms` apart. */
export function endless(start: string, piece: string | Buffer, pause_ms = 0): Behaviour {
  return (socket) => {
    socket.write(start);
    const next = (): void => {
      if (socket.destroyed) return;
      const go_on = () => (pause_ms === 0 ? setImmediate(next) : setTimeout(next, pause_ms));
      if (socket.write(piece)) go_on();
      else socket.once("drain", go_on);
    };
    next();
  };
}
