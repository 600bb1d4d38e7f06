import { describe, expect, it } from "vitest";
import { nearestName } from "../../src/config/nearest-name.ts";

describe("the nearest name", () => {
  it("is the one with the fewest changed letters", () => {
    expect(nearestName("sokcet", ["socketMode", "socket", "listen"])).toBe("socket");
    expect(nearestName("LISTEN", ["socket", "listen"])).toBe("listen");
  });

  it("is none where all are far away", () => {
    expect(nearestName("something", ["socket", "listen"])).toBeUndefined();
    expect(nearestName("x".repeat(100_000), ["socket"])).toBeUndefined();
  });
});
