import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { SkippedLine } from "../../src/traffic/traffic-file.ts";
import { readTrafficFile } from "../../src/traffic/traffic-file.ts";

const directory = mkdtempSync(join(tmpdir(), "arbiter-traffic-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Outcome {
  readonly ids: readonly string[];
  readonly skipped: readonly SkippedLine[];
}

async function readAll(path: string, input?: Readable): Promise<Outcome> {
  const ids: string[] = [];
  const skipped: SkippedLine[] = [];
  for await (const row of readTrafficFile(path, (line) => skipped.push(line), input)) ids.push(row.id);
  return { ids, skipped };
}

let files = 0;
function readContent(content: string | Uint8Array): Promise<Outcome> {
  const path = join(directory, String(files++));
  writeFileSync(path, content);
  return readAll(path);
}

const line = (id: string | number): string => JSON.stringify({ id, path: "/" });
const three = `${line("a")}\n${line("b")}\n${line("ü")}\n`;

describe("rows are found", () => {
  test.each([
    ["in lines", three],
    ["without a last line break", three.trimEnd()],
    ["with carriage returns", three.replaceAll("\n", "\r\n")],
    ["behind a byte order mark", `\ufeff${three}`],
    ["between empty lines", `\n\n${three.replaceAll("\n", "\n \n")}\n`],
    ["in gzip", gzipSync(three)],
    ["in gzip of several members", Buffer.concat([gzipSync(three.slice(0, 30)), gzipSync(three.slice(30))])],
  ])("%s", async (_, content) => {
    expect(await readContent(content)).toEqual({ ids: ["a", "b", "ü"], skipped: [] });
  });

  test.each([
    ["plain", Buffer.from(three)],
    ["gzip", gzipSync(three)],
  ])("on standard input that hands over one byte at a time: %s", async (_, bytes) => {
    const input = Readable.from([...bytes].map((byte) => Buffer.of(byte)));
    expect((await readAll("-", input)).ids).toEqual(["a", "b", "ü"]);
  });

  test.each([
    ["an empty file", ""],
    ["an empty gzip file", gzipSync("")],
    ["a single byte", "\n"],
  ])("none in %s", async (_, content) => {
    expect(await readContent(content)).toEqual({ ids: [], skipped: [] });
  });

  test("a line longer than one read is whole", async () => {
    const long = JSON.stringify({ id: "long", path: "/", body: "x".repeat(1 << 20) });
    expect((await readContent(`${line(1)}\n${long}\n${line(2)}`)).ids).toEqual(["1", "long", "2"]);
  });
});

describe("a line that is no row is named and left out", () => {
  test("with its number and the reason", async () => {
    const { ids, skipped } = await readContent(`${line(1)}\nnonsense\n\n{}\n${line(2)}\n`);
    expect(ids).toEqual(["1", "2"]);
    expect(skipped).toEqual([
      { line: 2, message: expect.stringContaining("not JSON") },
      { line: 4, message: expect.stringContaining("`path`") },
    ]);
  });

  test("also where it is longer than the limit, in the middle or at the end", async () => {
    const overlong = "x".repeat(16 * 1024 * 1024 + 1);
    const { ids, skipped } = await readContent(`${line(1)}\n${overlong}\n${line(2)}\n${overlong}`);
    expect(ids).toEqual(["1", "2"]);
    expect(skipped.map((skip) => skip.line)).toEqual([2, 4]);
    expect(skipped[0]!.message).toContain("longer than");
  });
});

describe("what cannot be read at all is an error", () => {
  test("a missing file", async () => {
    await expect(readAll(join(directory, "missing"))).rejects.toMatchObject({
      code: "io_failed",
      message: expect.stringContaining("missing"),
    });
  });

  test("a directory", async () => {
    await expect(readAll(directory)).rejects.toMatchObject({ code: "io_failed" });
  });

  test("a cut gzip file", async () => {
    await expect(readContent(gzipSync(three).subarray(0, 40))).rejects.toMatchObject({
      code: "data_invalid",
    });
  });

  test("a gzip file with a changed byte", async () => {
    const changed = Buffer.from(gzipSync(three));
    changed[20]! ^= 0xff;
    await expect(readContent(changed)).rejects.toMatchObject({ code: "data_invalid" });
  });

  test("a gzip file that grows beyond any traffic", async () => {
    await expect(readContent(gzipSync(Buffer.alloc(64 * 1024 * 1024, "x")))).rejects.toMatchObject({
      code: "data_invalid",
      message: expect.stringContaining("grows"),
    });
  });

  test("standard input that breaks off", async () => {
    const input = Readable.from(
      (function* () {
        yield Buffer.from(`${line(1)}\n`);
        throw new Error("gone");
      })(),
    );
    await expect(readAll("-", input)).rejects.toMatchObject({ code: "io_failed" });
  });
});

test("a reader that stops early gets no error", async () => {
  const path = join(directory, "many.gz");
  writeFileSync(path, gzipSync(`${line(1)}\n`.repeat(50_000)));
  for await (const row of readTrafficFile(path, () => {})) {
    expect(row.id).toBe("1");
    break;
  }
});
