import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { type HeldBody, holdBody } from "../../src/gateway/held-body.ts";

const turn = () => new Promise(setImmediate);
const hold = (request: PassThrough, limit: number, budget: { limitBytes: number; heldBytes: number }) => {
  let release = (): void => {};
  const held = new Promise<HeldBody>((resolve) => {
    release = holdBody(request as unknown as IncomingMessage, limit, budget, resolve).release;
  });
  return { held, release: () => release() };
};

describe("a held body", () => {
  it("is complete where all of it fits", async () => {
    const budget = { limitBytes: 100, heldBytes: 0 };
    const request = new PassThrough();
    const { held } = hold(request, 10, budget);
    request.write("01234");
    request.end("56789");
    expect(await held).toEqual({ bytes: Buffer.from("0123456789"), complete: true });
  });

  it("leaves the rest in the paused request, where it is longer", async () => {
    const budget = { limitBytes: 100, heldBytes: 0 };
    const request = new PassThrough();
    const { held } = hold(request, 3, budget);
    request.write("0123");
    const { bytes, complete } = await held;
    expect([String(bytes), complete, request.isPaused()]).toEqual(["0123", false, true]);
    request.end("45");
    let rest = "";
    request.on("data", (chunk: Buffer) => {
      rest += String(chunk);
    });
    request.resume();
    await turn();
    expect(rest).toBe("45");
  });

  it("gives way when all requests together hold too much, and gives its share back once", async () => {
    const budget = { limitBytes: 10, heldBytes: 8 };
    const request = new PassThrough();
    const { held, release } = hold(request, 100, budget);
    request.write("0123");
    expect((await held).complete).toBe(false);
    expect(budget.heldBytes).toBe(12);
    release();
    request.destroy();
    await turn();
    expect(budget.heldBytes).toBe(8);
  });

  it("gives its share back when the client leaves", async () => {
    const budget = { limitBytes: 10, heldBytes: 0 };
    const request = new PassThrough();
    hold(request, 100, budget);
    request.write("0123");
    await turn();
    expect(budget.heldBytes).toBe(4);
    request.destroy();
    await turn();
    expect(budget.heldBytes).toBe(0);
  });
});
