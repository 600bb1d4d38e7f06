import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../src/server/access.ts";

const request = (authorization?: string) => ({ headers: { authorization } }) as unknown as IncomingMessage;
const full = "full-0123456789abcdef";
const read = "read-0123456789abcdef";

describe("access by token", () => {
  it("lets everybody in where no token is set", () => {
    expect(createAccess({ full: undefined, read: undefined })(request(), "full")).toBeUndefined();
  });

  it("tells a missing token (401) from a wrong or too weak one (403)", () => {
    const access = createAccess({ full, read });
    const status = (authorization: string | undefined, need: "nothing" | "read" | "full") =>
      access(request(authorization), need)?.status;
    expect(status(undefined, "nothing")).toBeUndefined();
    expect(status(undefined, "read")).toBe(401);
    expect(status(`Basic ${full}`, "full")).toBe(401);
    expect(status("Bearer wrong", "full")).toBe(403);
    expect(status(`Bearer ${read}`, "full")).toBe(403);
    expect(status(`Bearer ${read}`, "read")).toBeUndefined();
    expect(status(`Bearer ${full}`, "full")).toBeUndefined();
  });
});
