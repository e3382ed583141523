/** A name server over UDP (RFC 1035) whose answers a test decides, one query at a time. */
import { createSocket } from "node:dgram";

export interface NameServer {
  /** IPv4 addresses for the n-th question (from 1); null: no answer at all. */
  answers: (n: number) => readonly string[] | null;
  /** Questions for IPv4 addresses so far. */
  asked(): number;
  stop(): void;
}

const PORT = 53;
const HEAD_BYTES = 12;
const TYPE_A = 1;
/** A response, recursion available. */
const FLAGS = 0x8180;

export async function startNameServer(address: string): Promise<NameServer> {
  const socket = createSocket("udp4");
  let asked = 0;
  const server: NameServer = {
    answers: () => [],
    asked: () => asked,
    stop: () => void socket.close(),
  };
  socket.on("message", (query, from) => {
    let end = HEAD_BYTES;
    while (query[end] !== 0) end += query[end]! + 1;
    const question = query.subarray(HEAD_BYTES, end + 5);
    const is_ipv4 = query.readUInt16BE(end + 1) === TYPE_A;
    if (is_ipv4) asked += 1;
    // A name has no address of the other kind.
    const found = is_ipv4 ? server.answers(asked) : server.answers(asked) === null ? null : [];
    if (found !== null) socket.send(response(query, question, found), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(PORT, address, resolve));
  return server;
}

function response(query: Buffer, question: Buffer, addresses: readonly string[]): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(FLAGS, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  // Each names the question by its place and lives no time at all.
  const records = addresses.map((address) =>
    Buffer.from([0xc0, HEAD_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]),
  );
  return Buffer.concat([head, question, ...records]);
}
