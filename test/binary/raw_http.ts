/** Requests as bytes on a connection: what no HTTP client would send, sent all the same. */
import { connect } from "node:net";

/** What came back: the status (null when there was no answer), the header lines in lower case, and the body's text. */
export interface RawAnswer {
  readonly status: number | null;
  readonly head: string;
  readonly body: string;
}

export interface RawRequest {
  readonly method: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

/** A well-formed request on a connection of its own; `content-length` is added unless a header tells the length otherwise. */
export function requestBytes(address: string, { method, path, headers, body }: RawRequest): Buffer {
  const bytes = Buffer.from(body);
  const names = headers.map(([name]) => name.toLowerCase());
  const tells_length = names.includes("content-length") || names.includes("transfer-encoding");
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(names.includes("host") ? [] : [`host: ${new URL(address).host}`]),
    "connection: close",
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(tells_length ? [] : [`content-length: ${bytes.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

/** A body in chunks of 64 KiB. */
export function chunkedBody(bytes: number): string {
  const size = 65_536;
  const chunk = `${size.toString(16)}\r\n${" ".repeat(size)}\r\n`;
  return `${chunk.repeat(Math.ceil(bytes / size))}0\r\n\r\n`;
}

/** Sends the bytes and settles with the whole answer, or when the other side has closed. `is_last` also says that no more will come. */
export function sendRaw(address: string, bytes: Uint8Array, is_last = false): Promise<RawAnswer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      if (is_last) socket.end(bytes);
      else socket.write(bytes);
    });
    const finish = (): void => {
      socket.destroy();
      resolve(readAnswer(text));
    };
    socket.setEncoding("latin1");
    socket.on("data", (part: string) => {
      text += part;
      if (isWhole(text)) finish();
    });
    socket.on("end", finish);
    // A server that refuses early closes while bytes are still on their way; its answer counts all the same.
    socket.on("error", finish);
    socket.on("close", finish);
  });
}

function isWhole(text: string): boolean {
  const head_end = text.indexOf("\r\n\r\n");
  if (head_end === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head_end))?.[1];
  return length !== undefined && text.length >= head_end + 4 + Number(length);
}

function readAnswer(text: string): RawAnswer {
  const head_end = text.indexOf("\r\n\r\n");
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  return {
    status: status === undefined ? null : Number(status),
    head: head_end === -1 ? "" : text.slice(0, head_end).toLowerCase(),
    body: head_end === -1 ? "" : Buffer.from(text.slice(head_end + 4), "latin1").toString(),
  };
}
