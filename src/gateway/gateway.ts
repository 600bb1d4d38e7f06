/**
 * The gateway: a streaming reverse proxy with Arbiter in general mode inside, for whoever has no WAF. The beginning of
 * a request is held back until its verdict is known; responses stream through.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { parseAddress } from "../config/check-value.ts";
import type { SettingValues } from "../config/settings.ts";
import { arrivalClock } from "../server/arrival-clock.ts";
import { createListener, drain, listen, rawHeadersLimit } from "../server/http-listener.ts";
import { maskTarget } from "../server/mask.ts";
import type { Metrics } from "../server/metrics.ts";
import { refusal, refusalBody } from "../server/refusal.ts";
import type { Answer, VerdictService } from "../server/service.ts";
import type { VerdictRequest } from "../server/verdict-request.ts";
import { displayText, type Header } from "../transaction/transaction.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { blockPage } from "./block-page.ts";
import { createForwarder } from "./forward.ts";
import { clientFinder, headerPairs, upstreamHeaders } from "./forwarded-headers.ts";
import { type HeldBody, type HoldBudget, holdBody } from "./held-body.ts";

/** What a gateway is made from. */
export interface GatewayOptions {
  /** The settings in force; asked again for every request, so that a reload takes effect. */
  readonly values: () => SettingValues;
  readonly service: VerdictService;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
}

/** A gateway that listens. */
export interface Gateway {
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/** What becomes of a request. */
type Action = "pass" | "block";

/** Browsers on bad lines are slow; the verdict server's callers are not. */
const browserFactor = 20;
/** A whole request may take five minutes to arrive, Node's own default: uploads are large. */
const requestTimeoutMs = 300_000;
const keepAliveTimeoutMs = 5_000;

/** Starts the gateway. Throws `address_in_use` or `io_failed`. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { service, metrics, log } = options;
  const atStart = options.values();
  const { host, port } = parseAddress(atStart["gateway.listen"] as string) as { host: string; port: number };
  const upstream = new URL(atStart["gateway.upstream"] as string);
  const forwarder = createForwarder(upstream, atStart["gateway.upstreamTimeoutMs"]);
  const findClient = clientFinder(atStart["gateway.trustedProxies"]);
  const budget: HoldBudget = { limitBytes: atStart["server.bufferMiB"] * 1_048_576, heldBytes: 0 };
  const arrivedMs = arrivalClock(options.nowMs);

  const refuse = (response: ServerResponse, status: number, message: string): void => {
    metrics.error("bad_request");
    const body = refusalBody(refusal("bad_request", message));
    response.writeHead(status, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      Connection: "close",
    });
    response.end(body);
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const arrived = arrivedMs();
    const headers = headerPairs(request.rawHeaders);
    const problem = problemOf(request, headers);
    if (problem !== undefined) {
      refuse(response, problem.status, problem.message);
      return;
    }
    request.on("error", ignore);
    response.on("error", ignore);

    const origin = findClient(request.socket.remoteAddress, headers);
    const limit = options.values()["gateway.inspectKiB"] * 1024;
    const held = holdBody(request, limit, budget, (body) => {
      const id = randomUUID();
      const question = questionOf(id, request, headers, body, origin.client);
      const act = ({ verdict }: Answer): void => {
        const action = decide(verdict, options.values(), question);
        if (action === "block") {
          held.release();
          block(response, id);
          return;
        }
        forwarder.forward(request, response, upstreamHeaders(headers, origin), body, (failure) => {
          log.warn({ id, reason: failure.reason, status: failure.status }, "the application did not answer");
          sendText(response, failure.status, failure.status === 504 ? "Gateway Timeout\n" : "Bad Gateway\n");
        });
      };
      const answer = service.answer(question, arrived);
      if (answer.heard === undefined) act(answer);
      else void answer.heard.then(act);
    });
  };

  /** Applies verdict, policy and shadow, and logs everything that is not a plain pass. */
  const decide = (verdict: Verdict, values: SettingValues, question: VerdictRequest): Action => {
    const isUninspected = verdict.verdict === "unavailable" || verdict.partial;
    const wanted: Action =
      verdict.verdict === "attack" || (isUninspected && values["gateway.partial"] === "deny")
        ? "block"
        : "pass";
    const action = values["gateway.shadow"] ? "pass" : wanted;
    if (wanted === "block" || isUninspected) {
      const reason = verdict.reasons[0];
      log.info(
        {
          id: verdict.id,
          action: action === wanted ? action : `would ${wanted}`,
          verdict: verdict.verdict,
          probability: verdict.probability,
          attackType: verdict.attackType,
          partial: verdict.partial,
          client: question.parts.client,
          method: question.parts.method,
          uri: displayText(maskTarget(question.parts.uri)),
          reason: reason === undefined ? undefined : `${reason.where}: ${reason.why}: ${reason.what}`,
        },
        "verdict",
      );
    }
    return action;
  };

  const server = createListener(
    handle,
    {
      headersTimeoutMs: atStart["server.headersTimeoutMs"] * browserFactor,
      requestTimeoutMs,
      keepAliveTimeoutMs,
      connections: atStart["server.connections"],
    },
    (refused) => metrics.error(refused.code),
  );
  // Longer than the application may be silent, so that its 504 comes first.
  server.setTimeout(atStart["gateway.upstreamTimeoutMs"] + 10_000);
  await listen(server, { host, port }, atStart["gateway.listen"] as string);
  const address = server.address();
  const boundPort = typeof address === "object" && address !== null ? address.port : port;

  return {
    addresses: [`http://${host.includes(":") ? `[${host}]` : host}:${boundPort}`],
    async stop() {
      await drain(server, options.values()["server.drainMs"]);
      forwarder.close();
    },
  };
}

/** What two readers could take for two different requests is not passed on. */
function problemOf(
  request: IncomingMessage,
  headers: readonly Header[],
): { status: number; message: string } | undefined {
  if (request.rawHeaders.length > rawHeadersLimit)
    return { status: 431, message: "there are too many header fields" };
  let hosts = 0;
  for (const { name } of headers) if (name.length === 4 && name.toLowerCase() === "host") hosts++;
  if (hosts > 1 || (hosts === 0 && request.httpVersion !== "1.0")) {
    return { status: 400, message: "a request needs exactly one Host" };
  }
  const url = request.url as string;
  if (!url.startsWith("/") && !(url === "*" && request.method === "OPTIONS")) {
    return { status: 400, message: "the request target must begin with a slash" };
  }
  return undefined;
}

function questionOf(
  id: string,
  request: IncomingMessage,
  headers: readonly Header[],
  body: HeldBody,
  client: string | undefined,
): VerdictRequest {
  return {
    parts: {
      id,
      method: request.method as string,
      uri: request.url as string,
      protocol: `HTTP/${request.httpVersion}`,
      headers,
      ...(client === undefined ? {} : { client }),
      ...(body.bytes.length === 0 ? {} : { body: body.bytes }),
      ...(body.complete ? {} : { missing: ["body-tail"] }),
    },
    site: undefined,
    mode: "general",
    deadlineMs: undefined,
    unknownFields: 0,
  };
}

/** Refuses without closing the connection: Node then reads and drops the rest of an upload, so that the page arrives. */
function block(response: ServerResponse, id: string): void {
  const page = blockPage(id);
  response.writeHead(403, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": Buffer.byteLength(page),
    "Cache-Control": "no-store",
    "X-Arbiter-Id": id,
  });
  response.end(page);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

function ignore(): void {}
