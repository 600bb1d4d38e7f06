import { describe, expect, test } from "vitest";
import { readPath } from "../../../src/features/structure/path.ts";

describe("where a path or an address leads", () => {
  test.each([
    ["../../../etc/passwd", { climbs: 3, secret: true, absolute: false }],
    ["..\\..\\windows\\win.ini", { climbs: 2, secret: true }],
    ["/etc/passwd", { climbs: 0, secret: true, absolute: true }],
    ["php://filter/read=x", { wrapper: true }],
    ["http://127.0.0.1/admin", { inside: true, numericHost: true }],
    ["http://169.254.169.254/latest/meta-data", { inside: true }],
    ["http://172.20.0.1/", { inside: true }],
    ["http://2130706433/", { oddHost: true }],
    ["http://a@b.test/", { oddHost: true }],
    ["http://x.oast.fun/", { catcher: true }],
    ["localhost:8080", { inside: true }],
    [
      "https://www.example.com/a/b",
      { climbs: 0, secret: false, wrapper: false, inside: false, oddHost: false, numericHost: false },
    ],
    ["http://172.15.0.1/", { inside: false, numericHost: true }],
    ["wait... what", { climbs: 0 }],
    ["images/photo.jpg", { secret: false }],
    ["10.5 kg", { inside: false }],
  ])("%j", (text, expected) => {
    expect(readPath(text.toLowerCase())).toMatchObject(expected);
  });
});
