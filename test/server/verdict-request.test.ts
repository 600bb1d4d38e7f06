import { describe, expect, it } from "vitest";
import { readClient, readInteger, readMissingPart, readMode } from "../../src/server/verdict-request.ts";

describe("the values of a verdict request", () => {
  it("give every address one spelling", () => {
    expect(readClient("192.0.2.1")).toBe("192.0.2.1");
    expect(readClient("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(readClient("0:0:0:0:0:ffff:c000:201")).toBe("192.0.2.1");
    expect(readClient("2001:DB8:0:0::1")).toBe("2001:db8::1");
    expect(readClient("")).toBeUndefined();
    expect(readClient("unix:")).toBeUndefined();
    for (const bad of ["999.1.1.1", "1.2.3", "fe80::1%eth0", "1.2.3.4:80", "host", " 1.2.3.4"]) {
      expect(() => readClient(bad)).toThrow(/bare IP address/);
    }
  });

  it("take a missing part with an unknown name for a missing body", () => {
    expect(readMissingPart("files")).toBe("files");
    expect(readMissingPart("trailers")).toBe("body");
  });

  it("know the modes", () => {
    expect(readMode("general")).toBe("general");
    expect(() => readMode("shadow")).toThrow(/second-opinion, scoring, general/);
  });

  it("take whole numbers within bounds only", () => {
    expect(readInteger(5, "n", 0, 5)).toBe(5);
    for (const bad of [6, -1, 1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, "5", null, undefined, [5]]) {
      expect(() => readInteger(bad, "n", 0, 5)).toThrow(/"n" must be an integer from 0 to 5/);
    }
  });
});
