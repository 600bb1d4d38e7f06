import { describe, expect, test } from "vitest";
import { readShell } from "../../../src/features/structure/shell.ts";

describe("what a shell would run", () => {
  test.each([
    ["; cat /etc/passwd", { separated: true }],
    ["x|id", { separated: true }],
    ["x && whoami", { separated: true }],
    ["127.0.0.1;/usr/bin/id", { separated: true }],
    ["& dir", { separated: true }],
    ["$(id)", { substituted: true }],
    ["`whoami`", { substituted: true }],
    ["cat /etc/passwd", { leading: true }],
    ["ping -c 10 127.0.0.1", { leading: true }],
    ["x > /tmp/out", { redirected: true }],
    ["/???/c?t /???/p??s??", { wild: true }],
    ["rain, cats & dogs; find me a house", { loose: true, separated: false }],
    ["find out who did it", { leading: false, separated: false }],
    ["Tom & Jerry", { separated: false, loose: false }],
    ["what is it? and *why*", { wild: false }],
  ])("%j", (text, expected) => {
    expect(readShell(text)).toMatchObject(expected);
  });
});
