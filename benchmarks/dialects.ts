/** The messages by which a verdict is asked for, made from the benchmark's requests: one function for each dialect. */
import { formatFields } from "../testbed/fields.ts";
import type { BrowserRequest } from "./requests.ts";

/** An HTTP message for the verdict server, ready to send. */
export type Dialect = (request: BrowserRequest, index: number) => Buffer;

/** `POST /v1/verdict` in JSON, on a connection that stays open. */
export const jsonDialect: Dialect = (request, index) =>
  post(
    "/v1/verdict",
    "application/json",
    Buffer.from(
      JSON.stringify({
        id: `request-${index}`,
        mode: "general",
        client: "192.0.2.7",
        method: request.method,
        uri: request.uri,
        protocol: "HTTP/1.1",
        headers: request.headers.map(({ name, value }) => [name, value]),
        ...(request.body === "" ? {} : { body: request.body }),
        waf: { score: 0, threshold: 5, paranoiaLevel: 1, categories: {}, rules: [] },
      }),
    ),
  );

/** `POST /v1/verdict` in length-prefixed fields, as the Lua clients send it: one connection for each message. */
export const fieldsDialect: Dialect = (request, index) =>
  post(
    "/v1/verdict",
    "application/vnd.arbiter.fields",
    formatFields([
      { key: "version", values: ["1"] },
      { key: "id", values: [`request-${index}`] },
      { key: "mode", values: ["general"] },
      { key: "client", values: ["192.0.2.7"] },
      { key: "line", values: [`${request.method} ${request.uri} HTTP/1.1`] },
      ...request.headers.map(({ name, value }) => ({ key: "header", values: [name, value] })),
      ...(request.body === "" ? [] : [{ key: "body", values: [request.body] }]),
      { key: "crs-score", values: ["0"] },
      { key: "crs-threshold", values: ["5"] },
    ]),
    "close",
  );

/**
 * `POST /` as the CRS machine-learning plugin sends it. Its values go unencoded; those of the benchmark hold nothing
 * that a form parser would read differently.
 */
export const machineLearningPluginDialect: Dialect = (request, index) => {
  const values = Object.fromEntries(request.fields.map(([name, value]) => [`ARGS:${name}`, value]));
  const form = [
    `method=${request.method}`,
    `path=${request.path}`,
    `args=${JSON.stringify(values)}`,
    "files={}",
    "sizes={}",
    `hour=${index % 24}`,
    `day=${index % 7}`,
  ];
  return post("/", "application/x-www-form-urlencoded", Buffer.from(form.join("&")));
};

function post(route: string, contentType: string, body: Buffer, connection = "keep-alive"): Buffer {
  const head = [
    `POST ${route} HTTP/1.1`,
    "Host: arbiter",
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    `Connection: ${connection}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}
