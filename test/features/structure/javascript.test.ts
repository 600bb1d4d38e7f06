import { describe, expect, test } from "vitest";
import { marksOf } from "../../../src/features/marks.ts";
import { goesOnAsScript } from "../../../src/features/structure/javascript.ts";

describe("a value goes on as JavaScript", () => {
  test.each([
    "'; return true; var x='",
    "' || '1'=='1",
    "' || this.password != 'x",
    "1; return true",
    "1 || this.a == 1",
    "x'; while(true){}; '",
  ])("%s", (text) => expect(goesOnAsScript(text, marksOf(text))).toBe(true));

  test.each([
    "",
    "it's fine; thanks",
    "'quoted' and more",
    "rock & roll",
    "5 | 6",
    "O'Brien & sons; Dublin",
    'say "yes"; or "no"',
  ])("not %j", (text) => expect(goesOnAsScript(text, marksOf(text))).toBe(false));
});
