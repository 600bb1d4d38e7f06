import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { XmlOutcome } from "../../src/transaction/xml-values.ts";
import { readXmlValues } from "../../src/transaction/xml-values.ts";
import { byteString, piecedString } from "./byte-strings.ts";

function read(
  text: string,
  maxDepth = 64,
): XmlOutcome & { readonly found: readonly (readonly [string, string])[] } {
  const found: [string, string][] = [];
  const outcome = readXmlValues(text, maxDepth, (name, value) => found.push([name, value]));
  return { ...outcome, found };
}

describe("a document", () => {
  test.each([
    [
      "texts by their path",
      "<a><b>1</b><b>2</b>x</a>",
      [
        ["a/b", "1"],
        ["a/b", "2"],
        ["a", "x"],
      ],
    ],
    [
      "attributes in every style",
      `<a b="1" c='2' d=3 e = "4"/>`,
      [
        ["a@b", "1"],
        ["a@c", "2"],
        ["a@d", "3"],
        ["a@e", "4"],
      ],
    ],
    [
      "an attribute that holds an angle bracket",
      '<a b="x>y">z</a>',
      [
        ["a@b", "x>y"],
        ["a", "z"],
      ],
    ],
    ["an attribute without value", '<a b c="1"/>', [["a@c", "1"]]],
    ["character data", "<a><![CDATA[<script>]]></a>", [["a", "<script>"]]],
    ["comments left out", "<a><!-- <b>no</b> -->x</a>", [["a", "x"]]],
    ["processing instructions", "<?php echo 1 ?><a/>", [["?", "php echo 1 "]]],
    ["white space left out", "<a>\n  <b>1</b>\n</a>", [["a/b", "1"]]],
    [
      "names with a prefix",
      '<s:a xmlns:s="u">1</s:a>',
      [
        ["s:a@xmlns:s", "u"],
        ["s:a", "1"],
      ],
    ],
    ["entities as they stand", "<a>&x;</a>", [["a", "&x;"]]],
    ["text without elements", "hello", [["", "hello"]]],
    ["nothing", "", []],
  ])("%s", (_, text, found) => {
    expect(read(text)).toEqual({ complete: true, doctype: undefined, found });
  });
});

describe("what is not a whole document", () => {
  test.each([
    ["an open element", "<a>1"],
    ["a cut tag", "<a"],
    ["a quote that does not close", '<a b="1>x</a>'],
    ["a comment that does not end", "<a/><!-- x"],
    ["character data that does not end", "<a><![CDATA[x"],
    ["an instruction that does not end", "<?xml"],
    ["a declaration that does not end", "<!DOCTYPE a ["],
  ])("%s", (_, text) => {
    expect(read(text).complete).toBe(false);
  });

  test("elements nested deeper than the bound end the reading", () => {
    expect(read(`${"<a>".repeat(64)}x${"</a>".repeat(64)}`).complete).toBe(true);
    expect(read(`${"<a>".repeat(65)}x${"</a>".repeat(65)}`).complete).toBe(false);
    expect(read("<a>".repeat(300_000)).complete).toBe(false);
  });

  test("end tags without a start do no harm", () => {
    expect(read("</a></b>x")).toMatchObject({ complete: true, found: [["", "x"]] });
  });
});

describe("the document type", () => {
  test("is handed over whole, with its internal subset", () => {
    const doctype = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    expect(read(`${doctype}<a>&x;</a>`)).toEqual({ complete: true, doctype, found: [["a", "&x;"]] });
  });

  test("is not covered up by a declaration after it", () => {
    expect(read('<!DOCTYPE a SYSTEM "http://x/"><!x><a/>').doctype).toBe(
      '<!DOCTYPE a SYSTEM "http://x/"><!x>',
    );
  });
});

const pieces = [
  "<",
  ">",
  "</",
  "/>",
  "<!",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?",
  "?>",
  "a",
  "=",
  '"',
  "'",
  " ",
  "[",
  "]",
  "<!DOCTYPE",
];

test("no bytes make it throw, and all values together are bounded by the text and its depth", () => {
  fc.assert(
    fc.property(fc.oneof(byteString(), piecedString(pieces)), (text) => {
      const { found } = read(text);
      expect(found.length).toBeLessThanOrEqual(text.length);
      const length = found.reduce((sum, [, value]) => sum + value.length, 0);
      expect(length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 1000 },
  );
});

// Quadratic work would take minutes here, and run into the time limit of the test.
test.each([
  ["many texts below long names", `${`<${"n".repeat(8000)}>`.repeat(60)}${"x<b/>".repeat(100_000)}`],
  ["many tags", "<a/>".repeat(250_000)],
  ["many attributes", `<a ${"b=1 ".repeat(250_000)}/>`],
  ["many declarations", "<!a>".repeat(250_000)],
  ["angle brackets alone", "<".repeat(1 << 20)],
])("%s are read in one pass", (_, text) => {
  expect(() => read(text)).not.toThrow();
});
