import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createReplies } from "../../src/server/replies.ts";

/** A response that notes what is written to it. */
function recorder() {
  const written: unknown[] = [];
  const response = {
    writeHead: (status: number, headers: string[]) => written.push(status, headers),
    end: (body: string, encoding: string) => written.push(Buffer.from(body, encoding as BufferEncoding)),
  };
  return { response: response as unknown as ServerResponse, written };
}
const turn = () => new Promise(setImmediate);

describe("replies", () => {
  it("are written at the end of the turn", async () => {
    const reply = createReplies(() => false);
    const [first, second] = [recorder(), recorder()];
    reply(first.response, 200, "text/plain", "one");
    reply(second.response, 503, "text/plain", "two");
    expect([first.written, second.written]).toEqual([[], []]);
    await turn();
    const headers = ["Content-Type", "text/plain", "Content-Length", "3"];
    expect(first.written).toEqual([200, headers, Buffer.from("one")]);
    expect(second.written).toEqual([503, headers, Buffer.from("two")]);
    const third = recorder();
    reply(third.response, 200, "text/plain", "");
    await turn();
    expect(third.written[0]).toBe(200);
  });

  it("do not wait for more than a few others", async () => {
    const reply = createReplies(() => false);
    const all = Array.from({ length: 20 }, recorder);
    for (const { response } of all) reply(response, 200, "text/plain", "x");
    const early = all.filter(({ written }) => written.length > 0).length;
    expect(early).toBeGreaterThanOrEqual(12);
    await turn();
    expect(all.map(({ written }) => written.length)).toEqual(all.map(() => 3));
  });

  it("count bytes, not characters", async () => {
    const { response, written } = recorder();
    createReplies(() => false)(response, 200, "application/json", '{"id":"é"}');
    await turn();
    expect(written[1]).toContain("11");
    expect(written[2]).toEqual(Buffer.from('{"id":"é"}', "utf8"));
  });

  it("close the connection where the server stops before they are written", async () => {
    let isStopping = false;
    const { response, written } = recorder();
    createReplies(() => isStopping)(response, 200, "text/plain", "x");
    isStopping = true;
    await turn();
    expect(written[1]).toEqual(["Content-Type", "text/plain", "Content-Length", "1", "Connection", "close"]);
  });
});
