import { describe, expect, it } from "vitest";
import { ArbiterError, errorCodes } from "../../src/errors.ts";
import { refusal, refusalBody, refusalOf } from "../../src/server/refusal.ts";

describe("a refusal", () => {
  it("has a 4xx status for every code of the table", () => {
    for (const code of Object.keys(errorCodes) as (keyof typeof errorCodes)[]) {
      const { status } = refusal(code, "x");
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  });

  it("is written as one JSON object with code and message", () => {
    expect(JSON.parse(refusalBody(refusal("too_deep", 'a "quoted" message')))).toEqual({
      error: { code: "too_deep", message: 'a "quoted" message' },
    });
  });

  it("is made from the project's own errors only", () => {
    expect(refusalOf(new ArbiterError("bad_value", "wrong"))).toEqual({
      status: 400,
      code: "bad_value",
      message: "wrong",
    });
    expect(refusalOf(new TypeError("a bug"))).toBeUndefined();
  });
});
