/** A webhook receiver that counts, in a process of its own: it accepts POST, and GET /count returns the number. */
let taken = 0;

Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  async fetch(request) {
    if (request.method === "GET") return new Response(String(taken));
    await request.arrayBuffer();
    taken += 1;
    return new Response("ok");
  },
});
