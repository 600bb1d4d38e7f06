/**
 * The yardstick: the least that a `node:http` server can do. Reads a body, and answers with as many bytes as it was told
 * at its start. Listens on a free port, or on a Unix socket. Run as `node echo-server.ts BYTES [SOCKET]`.
 */
import { createServer } from "node:http";

const [, , bytes = "200", socket] = process.argv;
const reply = Buffer.alloc(Number(bytes), "x");

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    Buffer.concat(chunks);
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": reply.length });
    response.end(reply);
  });
});
server.listen(socket === undefined ? { port: 0, host: "127.0.0.1" } : { path: socket }, () => {
  const address = server.address();
  const where = typeof address === "string" ? `unix:${address}` : `http://127.0.0.1:${address?.port}`;
  process.stdout.write(`echo: ready on ${where}\n`);
});
