import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArbiterError, errorCodes } from "../src/errors.ts";

describe("error codes", () => {
  it("stand in the reference page, each with its meaning, in the order of the table, and no others", () => {
    const page = readFileSync(new URL("../docs/reference/errors.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| [^|]* \| ([^|]*) \|/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(rows).toEqual(Object.entries(errorCodes));
  });

  it("come with every error", () => {
    const cause = new Error("below");
    const error = new ArbiterError("io_failed", "above", { cause });
    expect(error).toMatchObject({ code: "io_failed", message: "above", cause, name: "ArbiterError" });
  });
});
