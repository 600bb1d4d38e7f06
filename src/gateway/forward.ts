/**
 * One request to the application and its response back, both streamed. Built on `node:http` alone: undici parses no
 * faster here, and one HTTP implementation on both sides means one opinion on what a message is.
 */
import { Agent, type IncomingMessage, request as openRequest, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { headerPairs, withoutHopByHop } from "./forwarded-headers.ts";
import type { HeldBody } from "./held-body.ts";

/** What goes wrong upstream, as the status that the client gets. */
export interface UpstreamFailure {
  readonly status: 502 | 504;
  readonly reason: string;
}

/** The way to the application. */
export interface Forwarder {
  /**
   * Sends the request on. `headers` is a flat list without framing. `onFailure` is called at most once, while a reply
   * can still be sent; later failures cut the client's connection, as the application's own would.
   */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    headers: readonly string[],
    body: HeldBody,
    onFailure: (failure: UpstreamFailure) => void,
  ): void;
  /** Closes idle connections to the application. */
  close(): void;
}

/** Methods that may be sent again when a kept connection turns out to be closed (RFC 9110 §9.2.2). */
const idempotent: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/** Makes the forwarder for an application at `upstream`, silent for at most `timeoutMs`. */
export function createForwarder(upstream: URL, timeoutMs: number): Forwarder {
  const kept = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  // A request that must not be repeated gets a connection of its own: a kept one may be closing while it is sent.
  const fresh = new Agent({ keepAlive: false });
  const host = upstream.hostname.replace(/^\[|\]$/g, "");
  const port = upstream.port === "" ? 80 : Number(upstream.port);

  const forward: Forwarder["forward"] = (request, response, headers, body, onFailure) => {
    const method = request.method as string;
    const mayRepeat = idempotent.has(method) && body.complete;
    let settled = false;
    const fail = (failure: UpstreamFailure): void => {
      if (settled) return;
      settled = true;
      if (response.headersSent) response.destroy();
      else onFailure(failure);
    };

    const send = (isRepeat: boolean): void => {
      const outgoing = openRequest({
        host,
        port,
        method,
        path: request.url as string,
        headers: [...headers, ...framing(request, body)],
        agent: mayRepeat && !isRepeat ? kept : fresh,
        timeout: timeoutMs,
      });
      const abandon = (): void => {
        outgoing.destroy();
      };
      response.once("close", abandon);
      outgoing.once("timeout", () => {
        fail({ status: 504, reason: "the application was silent for too long" });
        outgoing.destroy();
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        response.off("close", abandon);
        if (outgoing.reusedSocket && !isRepeat && error.code === "ECONNRESET" && !settled) send(true);
        else fail({ status: 502, reason: error.code ?? error.message });
      });
      outgoing.once("response", (incoming) => {
        try {
          relay(incoming, response);
          settled = true;
        } catch (error) {
          fail({ status: 502, reason: (error as Error).message });
          outgoing.destroy();
        }
      });
      if (body.complete) outgoing.end(body.bytes);
      else {
        outgoing.write(body.bytes);
        request.once("error", () => outgoing.destroy());
        request.pipe(outgoing);
      }
    };
    try {
      send(false);
    } catch (error) {
      // Node refuses to send some bytes that it accepts when it reads them.
      fail({ status: 502, reason: (error as Error).message });
    }
  };

  return {
    forward,
    close() {
      kept.destroy();
      fresh.destroy();
    },
  };
}

/** Content-Length where the length is known, chunks where it is not, nothing where there is no body. */
function framing(request: IncomingMessage, body: HeldBody): string[] {
  const declared = request.headers["content-length"];
  if (!body.complete)
    return declared === undefined ? ["Transfer-Encoding", "chunked"] : ["Content-Length", declared];
  const hasBody = declared !== undefined || request.headers["transfer-encoding"] !== undefined;
  return hasBody ? ["Content-Length", String(body.bytes.length)] : [];
}

function relay(incoming: IncomingMessage, response: ServerResponse): void {
  const headers: string[] = [];
  for (const { name, value } of withoutHopByHop(headerPairs(incoming.rawHeaders))) headers.push(name, value);
  response.sendDate = false;
  response.writeHead(incoming.statusCode as number, incoming.statusMessage ?? "", headers);
  // A cut on either side cuts the other: the client must be able to tell half a response from a whole one.
  pipeline(incoming, response, () => {});
}
