/**
 * The verdict server: HTTP/1.1 over a Unix socket, over TCP, or both. Each route reads its message, hands it to the
 * service, and writes one reply. Nothing on this path waits for anything but the bytes of the message, for the other
 * messages of the same turn of the event loop, and for models of the user's own where there are any.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { parseAddress } from "../config/check-value.ts";
import { defaultSocket, readToken } from "../config/load.ts";
import type { SettingValues } from "../config/settings.ts";
import { type Access, createAccess, type Need } from "./access.ts";
import { arrivalClock } from "./arrival-clock.ts";
import { createBatch } from "./batch.ts";
import type { Collector } from "./collector.ts";
import { createListener, drain, listen, rawHeadersLimit } from "./http-listener.ts";
import { createMessageReader } from "./message-reader.ts";
import type { Metrics } from "./metrics.ts";
import {
  readMachineLearningPlugin,
  statusOfVerdict,
  writeMachineLearningScore,
} from "./protocols/machine-learning-plugin.ts";
import { fieldsContentType, readVerdictFields, writeVerdictLine } from "./protocols/verdict-fields.ts";
import { readVerdictJson, writeVerdictJson } from "./protocols/verdict-json.ts";
import { type Refusal, refusal, refusalBody, refusalOf } from "./refusal.ts";
import type { Answer, VerdictService } from "./service.ts";
import { createBreaker, freeSocketPath, openToClients } from "./unix-socket.ts";
import type { VerdictRequest } from "./verdict-request.ts";

/** What a server is made from. */
export interface ServerOptions {
  readonly values: SettingValues;
  readonly service: VerdictService;
  readonly metrics: Metrics;
  readonly collector: Collector;
  readonly log: Logger;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
  /** The wall clock in milliseconds since 1970. */
  readonly wallClockMs: () => number;
}

/** A server that listens. */
export interface VerdictServer {
  /** Where it listens: `unix:/path` and `http://host:port`. */
  readonly addresses: readonly string[];
  /** Not ready at once; finishes what is in flight within the drain time. */
  stop(): Promise<void>;
}

type Exchange = (request: IncomingMessage, response: ServerResponse) => void;

interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

interface Route {
  readonly method: string;
  readonly need: Need;
  readonly handle: Exchange;
}

const keepAliveTimeoutMs = 5_000;
/** A peer that neither sends nor takes bytes for this long is cut off. */
const silenceTimeoutMs = 30_000;

/** Starts the server. Throws `address_in_use`, `io_failed` or `config_invalid`. */
export async function startServer(options: ServerOptions): Promise<VerdictServer> {
  const { values, metrics, service, collector } = options;
  const reader = createMessageReader({
    messageBytes: values["server.messageKiB"] * 1024,
    bufferBytes: values["server.bufferMiB"] * 1_048_576,
    inFlight: values["server.inFlight"],
  });
  metrics.describeLoad(() => reader);
  const arrivedMs = arrivalClock(options.nowMs);
  const batch = createBatch();
  let isStopping = false;

  const reply = (response: ServerResponse, status: number, contentType: string, body: string): void => {
    const length = Buffer.byteLength(body);
    const headers = ["Content-Type", contentType, "Content-Length", String(length)];
    if (isStopping) headers.push("Connection", "close");
    response.writeHead(status, headers);
    // As many bytes as characters means ASCII, which needs no encoder.
    response.end(body, length === body.length ? "latin1" : "utf8");
  };

  const refuse = (response: ServerResponse, refused: Refusal): void => {
    metrics.error(refused.code);
    const body = refusalBody(refused);
    const headers = ["Content-Type", "application/json", "Content-Length", String(Buffer.byteLength(body))];
    // Elsewhere the connection stays, and Node drops what is left of the message, so that the refusal arrives.
    if (isStopping || (refused.code === "too_large" && !response.req.complete))
      headers.push("Connection", "close");
    response.writeHead(refused.status, [...headers, ...extraHeaders(refused)]);
    response.end(body);
  };

  /**
   * Reads the message with `parse` and passes the outcome on to `accept`, which returns what writes the reply. Whatever is
   * wrong with the message is refused here, and a mistake of ours costs this one message its answer, not the process its
   * life.
   */
  const receive = (
    request: IncomingMessage,
    response: ServerResponse,
    parse: (message: Buffer) => VerdictRequest,
    accept: (read: VerdictRequest, arrived: number) => () => void,
  ): void => {
    const arrived = arrivedMs();
    const judge = (message: Buffer): (() => void) => {
      try {
        return accept(parse(message), arrived);
      } catch (error) {
        const refused = refusalOf(error);
        if (refused !== undefined) return () => refuse(response, refused);
        metrics.failure();
        options.log.error({ err: error }, "a message could not be answered");
        return () => response.destroy();
      }
    };
    reader.read(request, (outcome) => {
      if (Buffer.isBuffer(outcome)) batch(outcome.length, () => judge(outcome));
      else refuse(response, outcome);
    });
  };

  /**
   * Returns what writes the answer, where models are waited for after they were heard. `compose` may throw: without models it
   * does so here, where `receive` sees it.
   */
  const answerWith = (
    response: ServerResponse,
    answer: Answer,
    compose: (answer: Answer) => Reply,
  ): (() => void) => {
    if (answer.heard === undefined) {
      const { status, contentType, body } = compose(answer);
      return () => reply(response, status, contentType, body);
    }
    const { heard } = answer;
    return () => {
      heard
        .then((final) => {
          const { status, contentType, body } = compose(final);
          reply(response, status, contentType, body);
        })
        .catch((error: unknown) => {
          metrics.failure();
          options.log.error({ err: error }, "a message could not be answered");
          response.destroy();
        });
    };
  };

  const parseJson = (message: Buffer): VerdictRequest => readVerdictJson(message, options.wallClockMs());

  const giveVerdict: Exchange = (request, response) => {
    const dialect = dialectOf(request.headers["content-type"]);
    if (dialect === "fields") {
      receive(request, response, readVerdictFields, (read, arrived) => {
        return answerWith(response, service.answer(read, arrived), ({ verdict }) => ({
          status: 200,
          contentType: "text/plain",
          body: writeVerdictLine(verdict),
        }));
      });
    } else if (dialect === "json") {
      receive(request, response, parseJson, (read, arrived) => {
        return answerWith(response, service.answer(read, arrived, "all"), ({ verdict, elapsedUs }) => ({
          status: 200,
          contentType: "application/json",
          body: writeVerdictJson(verdict, elapsedUs),
        }));
      });
    } else refuse(response, dialect);
  };

  const collect: Exchange = (request, response) => {
    const dialect = dialectOf(request.headers["content-type"]);
    if (typeof dialect !== "string") return refuse(response, dialect);
    receive(request, response, dialect === "fields" ? readVerdictFields : parseJson, (read) => {
      collector.take(read);
      service.learn(read);
      return () => reply(response, 202, "application/json", '{"accepted":true}');
    });
  };

  const answerPlugin: Exchange = (request, response) => {
    receive(request, response, readMachineLearningPlugin, (read, arrived) => {
      return answerWith(response, service.answer(read, arrived), ({ verdict }) => ({
        status: statusOfVerdict[verdict.verdict],
        contentType: "text/plain",
        body: writeMachineLearningScore(verdict),
      }));
    });
  };

  const sayReady: Exchange = (_request, response) => {
    if (isStopping) reply(response, 503, "text/plain", "stopping\n");
    else reply(response, 200, "text/plain", "ready\n");
  };

  const showMetrics: Exchange = (_request, response) => {
    metrics.text().then(
      (text) => reply(response, 200, metrics.contentType, text),
      (error: unknown) => {
        options.log.error({ err: error }, "the metrics could not be written");
        reply(response, 500, "text/plain", "the metrics could not be written\n");
      },
    );
  };

  const routes: ReadonlyMap<string, readonly Route[]> = new Map<string, readonly Route[]>([
    ["/v1/verdict", [{ method: "POST", need: "full", handle: giveVerdict }]],
    ["/v1/transactions", [{ method: "POST", need: "full", handle: collect }]],
    [
      "/healthz",
      [
        {
          method: "GET",
          need: "nothing",
          handle: (_, response) => reply(response, 200, "text/plain", "ok\n"),
        },
      ],
    ],
    ["/readyz", [{ method: "GET", need: "nothing", handle: sayReady }]],
    ["/metrics", [{ method: "GET", need: "read", handle: showMetrics }]],
    [
      "/",
      [
        { method: "POST", need: "full", handle: answerPlugin },
        {
          method: "GET",
          need: "nothing",
          handle: (_, response) => reply(response, 200, "text/plain", "Service is up"),
        },
      ],
    ],
  ]);

  /** Finds the route and checks what all routes have in common. */
  const dispatch =
    (access: Access): Exchange =>
    (request, response) => {
      const url = request.url as string;
      const candidates = routes.get(url) ?? routes.get(url.split("?", 1)[0] as string);
      if (candidates === undefined) return refuse(response, refusal("not_found", "there is no such route"));
      // Node leaves the body out of replies to HEAD by itself.
      const method = request.method === "HEAD" ? "GET" : request.method;
      const route = candidates.find((candidate) => candidate.method === method);
      if (route === undefined) {
        const allowed = candidates.map((candidate) => candidate.method).join(", ");
        response.setHeader("Allow", allowed);
        return refuse(response, refusal("method_not_allowed", `this route takes ${allowed}`));
      }
      const refused = commonRefusal(request) ?? access(request, route.need);
      if (refused !== undefined) return refuse(response, refused);
      route.handle(request, response);
    };

  const limits = {
    headersTimeoutMs: values["server.headersTimeoutMs"],
    requestTimeoutMs: Math.max(values["server.requestTimeoutMs"], values["server.headersTimeoutMs"]),
    keepAliveTimeoutMs,
    connections: values["server.connections"],
  };
  const open = (access: Access): Server => {
    const server = createListener(dispatch(access), limits, (refused) => metrics.error(refused.code));
    server.setTimeout(silenceTimeoutMs);
    servers.push(server);
    return server;
  };

  const servers: Server[] = [];
  const addresses: string[] = [];
  const socket =
    values["server.socket"] ?? (values["server.listen"] === undefined ? defaultSocket : undefined);
  try {
    if (socket !== undefined) {
      const socketAccess = {
        mode: Number.parseInt(values["server.socketMode"], 8),
        group: values["server.socketGroup"],
      };
      await freeSocketPath(socket, socketAccess);
      await listen(open(createAccess({ full: undefined, read: undefined })), { path: socket }, socket);
      openToClients(socket, socketAccess);
      try {
        createBreaker(socket, socketAccess);
      } catch (error) {
        options.log.warn(
          { reason: (error as Error).message },
          "clients have no breaker file: each asks a dead server anew",
        );
      }
      addresses.push(`unix:${socket}`);
    }
    if (values["server.listen"] !== undefined) {
      const { host, port } = parseAddress(values["server.listen"]) as { host: string; port: number };
      const access = createAccess({
        full: tokenOf(values["server.tokenFile"]),
        read: tokenOf(values["server.readTokenFile"]),
      });
      const server = open(access);
      await listen(server, { host, port }, values["server.listen"]);
      addresses.push(`http://${host.includes(":") ? `[${host}]` : host}:${portOf(server)}`);
    }
  } catch (error) {
    await Promise.all(servers.map((server) => drain(server, 0)));
    throw error;
  }

  return {
    addresses,
    async stop() {
      isStopping = true;
      await Promise.all(servers.map((server) => drain(server, values["server.drainMs"])));
    },
  };
}

function tokenOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readToken(path);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** What no route takes: a compressed message, or more header fields than the limit. */
function commonRefusal(request: IncomingMessage): Refusal | undefined {
  if (request.rawHeaders.length > rawHeadersLimit) {
    return refusal("too_many", `the request has more than ${rawHeadersLimit / 2} header fields`, 431);
  }
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return refusal("unsupported_encoding", "messages must be sent without a content encoding");
  }
  return undefined;
}

/** Which dialect a content type announces. JSON is UTF-8 by definition; another character set is refused. */
function dialectOf(contentType: string | undefined): "json" | "fields" | Refusal {
  if (contentType === fieldsContentType) return "fields";
  if (contentType === undefined || contentType === "application/json") return "json";
  const parts = contentType.toLowerCase().split(";", 4);
  const type = parts[0]?.trim();
  if (type !== "application/json" && type !== fieldsContentType) {
    return refusal("unsupported_media_type", `this route takes application/json and ${fieldsContentType}`);
  }
  for (const parameter of parts.slice(1)) {
    const [name, value] = parameter.split("=", 2);
    if (name?.trim() === "charset" && !/^"?(?:utf-?8|us-ascii)"?$/.test(value?.trim() ?? "")) {
      return refusal("unsupported_encoding", "messages must be in UTF-8");
    }
  }
  return type === fieldsContentType ? "fields" : "json";
}

function extraHeaders(refused: Refusal): readonly string[] {
  if (refused.status === 401) return ["WWW-Authenticate", "Bearer"];
  if (refused.status === 429) return ["Retry-After", "1"];
  return [];
}
