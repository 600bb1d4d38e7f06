/** A request of a traffic file as bytes for a connection of our own. */
import type { RequestParts } from "../src/transaction/build.ts";
import { formatRequest } from "./raw-http.ts";

/** Headers that belong to the connection, which is ours. */
const connectionHeaders = new Set(["connection", "content-length", "expect", "transfer-encoding", "upgrade"]);

/** The bytes of the request with `more` headers behind its own. What cannot stand in a message goes as any client would send it. */
export function replayBytes(
  { method, uri, headers, body }: RequestParts,
  more: readonly (readonly [name: string, value: string])[],
): Uint8Array {
  const kept = headers
    .filter(({ name }) => !connectionHeaders.has(name.toLowerCase()))
    .map(({ name, value }) => [name, value.replace(/[\r\n]/g, " ")] as const);
  return formatRequest({
    method,
    // Bytes that cannot stand in a request line go encoded, as any client would send them.
    path: uri.replace(/[\0-\x20]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`),
    headers: [...kept, ...more],
    ...(body === undefined ? {} : { body }),
  });
}
