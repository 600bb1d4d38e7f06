import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ForeignModel } from "../../src/foreign/foreign-model.ts";
import { featureNames } from "../../src/foreign/model-input.ts";
import { remoteModel } from "../../src/foreign/remote-model.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import { modelSettings } from "./model-settings.ts";

const transaction = buildTransaction({
  id: "caf\u00c3\u00a9",
  method: "GET",
  uri: "/a?q=%3Cb%3E%00x",
  headers: [
    { name: "Cookie", value: "session=secret" },
    { name: "Authorization", value: "Basic secret" },
  ],
});
const patience = 60_000;

describe("a remote model", () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  let bodies: string[];
  let sockets: Set<Socket>;
  let made: ForeignModel[];
  const model = (settings: Parameters<typeof modelSettings>[0] = {}): ForeignModel => {
    const remote = `http://127.0.0.1:${(server.address() as AddressInfo).port}/score`;
    const it = remoteModel(modelSettings({ remote, ...settings }), () => performance.now());
    made.push(it);
    return it;
  };
  const score = (text: string, status = 200): void => {
    answer = (_, response) => response.writeHead(status).end(text);
  };

  beforeEach(async () => {
    bodies = [];
    sockets = new Set();
    made = [];
    score('{"version":1,"score":0.25}');
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        bodies.push(body);
        answer(request, response, body);
      });
    });
    server.on("connection", (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    for (const it of made) await it.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("asks in version 1 and believes the score", async () => {
    expect(await model({ name: "team" }).score(transaction, patience)).toBe(0.25);
    const question = JSON.parse(bodies[0]!) as { row: Record<string, number> };
    expect(question).toMatchObject({ version: 1, model: "team", id: "café" });
    expect(Object.keys(question.row)).toEqual(featureNames);
    expect(question.row["method-get"]).toBe(1);
  });

  it.each([
    [{ features: ["arguments", "method-post"] }, { row: { arguments: 1, "method-post": 0 } }],
    [{ input: "text" }, { text: "GET /a\nquery:q=<b>\ufffdx" }],
    [{ input: "values" }, { values: ["/a", "<b>\ufffdx"] }],
    [{ input: "bytes", length: 8 }, { bytes: Buffer.from("GET /a\nq").toString("base64") }],
  ] as const)("sends what %j asks for, and no secret", async (settings, fields) => {
    await model(settings).score(transaction, patience);
    const { version, model: name, id, ...sent } = JSON.parse(bodies[0]!) as Record<string, unknown>;
    expect([version, name, id]).toEqual([1, "mine", "café"]);
    expect(sent).toEqual(fields);
    expect(bodies[0]).not.toContain("secret");
  });

  it("keeps its connection", async () => {
    const it = model();
    for (let i = 0; i < 5; i++) expect(await it.score(transaction, patience)).toBe(0.25);
    expect(sockets.size).toBe(1);
  });

  it("asks again where a kept connection turns out to be closed, once", async () => {
    const it = model();
    let asked = 0;
    answer = (request, response) => {
      asked++;
      if (asked > 1 && asked < 3) request.socket.destroy();
      else response.end('{"version":1,"score":0.5}');
    };
    expect(await it.score(transaction, patience)).toBe(0.5);
    expect(await it.score(transaction, patience)).toBe(0.5);
    expect(asked).toBe(3);
  });

  it("shows its token", async () => {
    const directory = mkdtempSync(join(tmpdir(), "arbiter-token-"));
    const tokenFile = join(directory, "token");
    writeFileSync(tokenFile, "0123456789abcdef\n");
    let shown: string | undefined;
    answer = (request, response) => {
      shown = request.headers.authorization;
      response.end('{"version":1,"score":0}');
    };
    try {
      expect(await model({ tokenFile }).score(transaction, patience)).toBe(0);
      expect(shown).toBe("Bearer 0123456789abcdef");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each([
    ["no JSON", "score: 0.5", 200, "bad-reply"],
    ["nothing", "", 200, "bad-reply"],
    ["null", "null", 200, "bad-reply"],
    ["a list", "[0.5]", 200, "bad-reply"],
    ["no version", '{"score":0.5}', 200, "bad-reply"],
    ["another version", '{"version":2,"score":0.5}', 200, "bad-reply"],
    ["no score", '{"version":1}', 200, "bad-reply"],
    ["a score in quotes", '{"version":1,"score":"0.5"}', 200, "bad-reply"],
    ["NaN, as Python writes it", '{"version":1,"score":NaN}', 200, "bad-reply"],
    ["a score above 1", '{"version":1,"score":1.01}', 200, "bad-reply"],
    ["a negative score", '{"version":1,"score":-0.01}', 200, "bad-reply"],
    ["a number that is infinite", '{"version":1,"score":1e999}', 200, "bad-reply"],
    ["a score with an error status", '{"version":1,"score":0.5}', 500, "failed"],
    ["a redirect", "", 302, "failed"],
    ["half a megabyte", `{"version":1,"score":0.5,"x":"${"a".repeat(500_000)}"}`, 200, "bad-reply"],
  ] as const)("takes no score from %s", async (_, text, status, failure) => {
    score(text, status);
    expect(await model().score(transaction, patience)).toBe(failure);
  });

  it("takes no score from an answer that breaks off", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "Content-Length": 100 });
      response.write('{"version":1,"score":0.5}');
      setImmediate(() => response.destroy());
    };
    expect(await model().score(transaction, patience)).toBe("unreachable");
  });

  it("is late where the service is silent, or stops in the middle, and frees the connection", async () => {
    const closed: Promise<unknown>[] = [];
    const note = (request: IncomingMessage): void => {
      closed.push(new Promise((resolve) => request.socket.once("close", resolve)));
    };
    answer = (request) => note(request);
    expect(await model().score(transaction, 300)).toBe("late");
    answer = (request, response) => {
      note(request);
      response.write('{"version":1,');
    };
    expect(await model().score(transaction, 300)).toBe("late");
    await Promise.all(closed);
  });

  it("is unreachable where nobody listens, and left alone after five times", async () => {
    const it = remoteModel(modelSettings({ remote: "http://127.0.0.1:1/" }), () => 0);
    made.push(it);
    for (let i = 0; i < 5; i++) expect(await it.score(transaction, patience)).toBe("unreachable");
    expect(await it.score(transaction, patience)).toBe("paused");
  });
});
