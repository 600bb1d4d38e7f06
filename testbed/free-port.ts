/**
 * Ports for servers that cannot be told "any free one and tell me which". Between asking and binding somebody else may
 * take the port, so whoever uses this tries again when the server finds the address in use.
 */
import { once } from "node:events";
import { createServer } from "node:net";

/** A TCP port on 127.0.0.1 that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP listener has no port");
  return address.port;
}
