import { describe, expect, test } from "vitest";
import { readMarkup } from "../../../src/features/structure/markup.ts";

describe("what a browser would make of it", () => {
  test.each([
    ["<script>alert(1)</script>", { elements: 1, active: true, calls: 1, breaksScript: true }],
    ["<img src=x onerror=alert(1)>", { elements: 1, handler: true, calls: 1 }],
    ["<svg/onload=alert`1`>", { handler: true, calls: 1 }],
    ["<a href='java\tscript:alert(1)'>x</a>", { scriptAddress: true }],
    ["javascript:alert(1)", { scriptAddress: true, elements: 0 }],
    ['" onmouseover=alert(1) x="', { breaksAttribute: true, elements: 0 }],
    ["';alert(1)//", { breaksScript: true, calls: 1 }],
    ["'-confirm(1)-'", { breaksScript: true, calls: 1 }],
    ["<iframe src=//evil.test>", { active: true }],
    ["<b>bold</b> and <i>italic</i>", { elements: 2, active: false, handler: false, calls: 0 }],
    ['<p class="x">text</p>', { elements: 1, active: false, handler: false, scriptAddress: false }],
    ["a < b and c > d", { elements: 0 }],
    ["please open (the door)", { calls: 0 }],
    ["on = off", { breaksAttribute: false }],
  ])("%j", (text, expected) => {
    expect(readMarkup(text)).toMatchObject(expected);
  });
});

test("an element that never ends is read once", () => {
  const started = performance.now();
  for (const piece of ["<a ", "<a b=", "<a b='", "=", "on=", "alert("]) readMarkup(piece.repeat(16_000));
  expect(performance.now() - started).toBeLessThan(20_000);
});
