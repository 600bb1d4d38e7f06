import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createMessageReader } from "../../src/server/message-reader.ts";
import type { Refusal } from "../../src/server/refusal.ts";

function incoming(headers: Record<string, string> = {}) {
  return Object.assign(new PassThrough(), { headers }) as unknown as PassThrough & IncomingMessage;
}
const turn = () => new Promise(setImmediate);
const bounds = { messageBytes: 10, bufferBytes: 15, inFlight: 2 };

describe("the message reader", () => {
  it("joins the pieces of a message", async () => {
    const reader = createMessageReader(bounds);
    const request = incoming();
    const message = new Promise((resolve) => reader.read(request, resolve));
    for (const piece of ["ab", "cd", "e"]) {
      request.write(piece);
      await turn();
    }
    request.end();
    expect(String(await message)).toBe("abcde");
    expect([reader.arriving, reader.heldBytes]).toEqual([0, 0]);
  });

  it("gives an empty message where there is no body", async () => {
    const request = incoming();
    const message = new Promise((resolve) => createMessageReader(bounds).read(request, resolve));
    request.end();
    expect(await message).toEqual(Buffer.alloc(0));
  });

  it("refuses a message that is announced or turns out too large, once it has ended", async () => {
    for (const request of [incoming({ "content-length": "11" }), incoming()]) {
      const reader = createMessageReader(bounds);
      const outcome = new Promise<Refusal>((resolve) => reader.read(request, (o) => resolve(o as Refusal)));
      request.end("0123456789a");
      expect(await outcome).toMatchObject({ code: "too_large", status: 413 });
      expect(reader.heldBytes).toBe(0);
    }
  });

  it("stops listening to a sender that never ends", async () => {
    const reader = createMessageReader(bounds);
    const request = incoming();
    const outcome = new Promise<Refusal>((resolve) => reader.read(request, (o) => resolve(o as Refusal)));
    for (let i = 0; i < 10; i++) request.write("0123456789");
    expect(await outcome).toMatchObject({ code: "too_large" });
    expect([reader.arriving, reader.heldBytes]).toEqual([0, 0]);
  });

  it("refuses what does not fit into memory together", async () => {
    const reader = createMessageReader(bounds);
    const first = incoming();
    const second = incoming();
    reader.read(first, () => {});
    const outcome = new Promise<Refusal>((resolve) => reader.read(second, (o) => resolve(o as Refusal)));
    first.write("0123456789");
    await turn();
    second.end("012345");
    expect(await outcome).toMatchObject({ code: "overloaded", status: 429 });
    expect(reader.heldBytes).toBe(10);
  });

  it("refuses more messages at a time than the limit, and forgets those whose sender left", async () => {
    const reader = createMessageReader(bounds);
    const left = incoming();
    reader.read(left, () => {});
    reader.read(incoming(), () => {});
    const third = incoming();
    const outcome = new Promise<Refusal>((resolve) => reader.read(third, (o) => resolve(o as Refusal)));
    third.end("x");
    expect(await outcome).toMatchObject({ code: "overloaded" });
    left.destroy();
    await turn();
    expect(reader.arriving).toBe(1);
  });
});
