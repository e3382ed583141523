/** A webhook receiver that counts, in a process of its own: POST is taken, GET /count tells how many were. */
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
