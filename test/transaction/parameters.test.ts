import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  collector,
  readBody,
  readCookies,
  readHeaders,
  readPairs,
} from "../../src/transaction/parameters.ts";
import type { Parameter, ProblemCode } from "../../src/transaction/transaction.ts";
import { limits } from "../../src/transaction/transaction.ts";
import { byteString, piecedString, utf8 } from "./byte-strings.ts";

const triples = (parameters: readonly Parameter[]): string[][] =>
  parameters.map(({ location, name, value }) => [location, name, value]);

describe("pairs", () => {
  const pairsOf = (text: string): string[][] => {
    const found = collector();
    readPairs(text, "query", found);
    return triples(found.parameters).map(([, name, value]) => [name!, value!]);
  };

  test.each([
    [
      "names and values are decoded once",
      "a%20b=c%2520d&e+f=g+h",
      [
        ["a b", "c%20d"],
        ["e f", "g h"],
      ],
    ],
    [
      "a repeated name keeps all its values",
      "a=1&a=attack",
      [
        ["a", "1"],
        ["a", "attack"],
      ],
    ],
    [
      "a name without value has an empty one",
      "a&b=",
      [
        ["a", ""],
        ["b", ""],
      ],
    ],
    ["a value without name has an empty one", "=1", [["", "1"]]],
    [
      "an equals sign in a value stays",
      "a=b=c&d==",
      [
        ["a", "b=c"],
        ["d", "="],
      ],
    ],
    ["empty pairs are left out", "&&a=1&&", [["a", "1"]]],
    ["a semicolon parts nothing and hides nothing", "a=1;b=2", [["a", "1;b=2"]]],
    [
      "names of objects are names",
      "__proto__=1&constructor=2&toString=3",
      [
        ["__proto__", "1"],
        ["constructor", "2"],
        ["toString", "3"],
      ],
    ],
    ["an encoded separator is part of the value", "a=1%26b%3d2", [["a", "1&b=2"]]],
    ["nothing", "", []],
  ])("%s", (_, text, pairs) => {
    expect(pairsOf(text)).toEqual(pairs);
  });

  test("what a browser encodes is read back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }))),
        (pairs) => {
          expect(pairsOf(new URLSearchParams(pairs).toString())).toEqual(
            pairs.map((pair) => pair.map((text) => utf8(text.toWellFormed()))),
          );
        },
      ),
    );
  });

  // Quadratic work would take minutes here, and run into the time limit of the test.
  test.each(["a&", "&", "a=&", "=", "%"])("a megabyte of %j is read", (piece) => {
    expect(pairsOf(piece.repeat((1 << 20) / piece.length)).length).toBeLessThanOrEqual(limits.parameters);
  });
});

describe("cookies", () => {
  const cookiesOf = (value: string): string[][] => {
    const found = collector();
    readCookies(value, found);
    return triples(found.parameters).map(([, name, content]) => [name!, content!]);
  };

  test.each([
    [
      "are parted by semicolons",
      "a=1; b=2;c=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
    ],
    ["are decoded once, and a plus stays", "a=%2527+x", [["a", "%27+x"]]],
    ["keep equals signs and quotes of the value", 'a="b=c=="', [["a", '"b=c=="']]],
    [
      "without equals sign are names",
      "flag; a=1",
      [
        ["flag", ""],
        ["a", "1"],
      ],
    ],
    [
      "that repeat are all kept",
      "a=1; a=2",
      [
        ["a", "1"],
        ["a", "2"],
      ],
    ],
    ["may be none", " ; ;", []],
  ])("%s", (_, value, cookies) => {
    expect(cookiesOf(value)).toEqual(cookies);
  });
});

describe("headers", () => {
  test("are parameters by their name, without the length, with cookies taken apart", () => {
    const found = collector();
    readHeaders(
      [
        { name: "User-Agent", value: "x" },
        { name: "COOKIE", value: "a=1" },
        { name: "content-length", value: "3" },
        { name: "X-Twice", value: "1" },
        { name: "x-twice", value: "2" },
      ],
      found,
    );
    expect(triples(found.parameters)).toEqual([
      ["header", "User-Agent", "x"],
      ["cookie", "a", "1"],
      ["header", "X-Twice", "1"],
      ["header", "x-twice", "2"],
    ]);
  });
});

describe("a body", () => {
  interface Read {
    readonly parameters: string[][];
    readonly problems: ProblemCode[];
  }
  const bodyOf = (
    text: string,
    contentTypes: string | readonly string[] = [],
    encodings: readonly string[] = [],
  ): Read => {
    const found = collector();
    const types = typeof contentTypes === "string" ? [contentTypes] : contentTypes;
    readBody(Buffer.from(text, "latin1"), types, encodings, found);
    return { parameters: triples(found.parameters), problems: found.problems.map(({ code }) => code) };
  };
  const form = "application/x-www-form-urlencoded";

  describe("is read by its content type", () => {
    test.each<[string, string, string, string[][]]>([
      ["form", form, "a=1+2", [["form", "a", "1 2"]]],
      ["JSON", "application/json; charset=utf-8", '{"a":"1"}', [["json", "a", "1"]]],
      ["JSON of a vendor", "application/vnd.api+json", '{"a":"1"}', [["json", "a", "1"]]],
      ["XML", "text/xml", "<a>1</a>", [["xml", "a", "1"]]],
      ["XML of a vendor", "image/svg+xml", '<svg onload="x"/>', [["xml", "svg@onload", "x"]]],
      [
        "multipart",
        "multipart/form-data; boundary=B",
        '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--',
        [["multipart", "a", "1"]],
      ],
      ["text", "text/plain", "a=1", [["body", "", "a=1"]]],
      ["unknown text", "application/graphql", "{ user { id } }", [["body", "", "{ user { id } }"]]],
    ])("%s", (_, contentType, text, parameters) => {
      expect(bodyOf(text, contentType)).toEqual({ parameters, problems: [] });
    });
  });

  describe("that is labelled wrongly is read as what it is", () => {
    test.each<[string, string | readonly string[], string, string[][]]>([
      ["JSON as text", "text/plain", ' {"a":"1"} ', [["json", "a", "1"]]],
      ["JSON as a form", form, '{"a":"1"}', [["json", "a", "1"]]],
      ["JSON without a label", [], "[1]", [["json", "0", "1"]]],
      [
        "a form without a label",
        [],
        "a=1&b=2",
        [
          ["form", "a", "1"],
          ["form", "b", "2"],
        ],
      ],
      [
        "XML without a label",
        [],
        "\n<?xml version='1.0'?><a>1</a>",
        [
          ["xml", "?", "xml version='1.0'"],
          ["xml", "a", "1"],
        ],
      ],
      ["prose in brackets", "text/plain", "[see above] and [1]", [["body", "", "[see above] and [1]"]]],
      ["a form in braces", form, "{{7*7}}", [["form", "{{7*7}}", ""]]],
    ])("%s", (_, contentType, text, parameters) => {
      expect(bodyOf(text, contentType)).toEqual({ parameters, problems: [] });
    });
  });

  describe("that applications may read otherwise has a problem, and its bytes are a value", () => {
    const multipart = "multipart/form-data; boundary=B";
    test.each<[string, string, string | readonly string[], string, ProblemCode]>([
      ["two content types", "a=<x>", [form, "text/plain"], "<x>", "body_ambiguous"],
      ["a character set twice", "a=<x>", `${form}; charset=utf-8; charset=utf-16`, "<x>", "body_ambiguous"],
      ["UTF-7", "a=<x>", `${form}; charset=utf-7`, "<x>", "charset_unsupported"],
      ["EBCDIC", "a=<x>", `${form}; charset=IBM037`, "<x>", "charset_unsupported"],
      ["a cut JSON body", '{"a":"<x>', "application/json", "<x>", "body_malformed"],
      ["a JSON body nested too deep", `${"[".repeat(65)}"<x>"`, "application/json", "<x>", "body_malformed"],
      ["a cut XML body", "<a>{x}", "text/xml", "{x}", "body_malformed"],
      [
        "an external entity",
        '<!DOCTYPE a SYSTEM "file:///x"><a>{x}</a>',
        "text/xml",
        "{x}",
        "external_entity",
      ],
      [
        "entities that expand",
        '<!DOCTYPE a [<!ENTITY b "{x}">]><a>&b;</a>',
        "text/xml",
        "{x}",
        "external_entity",
      ],
      ["no boundary", "--B<x>", "multipart/form-data", "<x>", "body_malformed"],
      [
        "no closing boundary",
        '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n<x>',
        multipart,
        "<x>",
        "body_malformed",
      ],
      [
        "a boundary with a blank",
        '--B C\r\nContent-Disposition: form-data; name="a"\r\n\r\n<x>\r\n--B C--',
        'multipart/form-data; boundary="B C"',
        "<x>",
        "body_ambiguous",
      ],
      [
        "a transfer encoding",
        '--B\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n<x>\r\n--B--',
        multipart,
        "<x>",
        "body_ambiguous",
      ],
      ["binary content", "\x08\x96\x01\x12\x03<x>", "application/x-protobuf", "<x>", "encoding_unsupported"],
    ])("%s", (_, text, contentType, seen, problem) => {
      const { parameters, problems } = bodyOf(text, contentType);
      expect(problems).toContain(problem);
      expect(parameters.some(([, , value]) => value!.includes(seen))).toBe(true);
    });
  });

  describe("with content codings", () => {
    const text = "a=1&note=%27+or+1%3D1+--+";
    const pairs = [
      ["form", "a", "1"],
      ["form", "note", "' or 1=1 -- "],
    ];
    const zip = (content: string): string => gzipSync(Buffer.from(content, "latin1")).toString("latin1");

    test("is read as if it had none", () => {
      expect(bodyOf(zip(text), form, ["gzip"])).toEqual({ parameters: pairs, problems: [] });
      expect(bodyOf(zip(zip(text)), form, ["gzip", "x-gzip"])).toEqual({ parameters: pairs, problems: [] });
    });

    test.each(["Identity", "", " identity , "])("of which %j is none", (coding) => {
      expect(bodyOf(text, form, [coding])).toEqual({ parameters: pairs, problems: [] });
    });

    test.each([
      ["a coding that it does not have", text, "gzip"],
      ["an unknown coding", text, "aws-chunked"],
      ["three codings", text, "gzip, gzip, gzip"],
    ])("is read as it is where it has %s", (_, body, coding) => {
      expect(bodyOf(body, form, [coding])).toEqual({ parameters: pairs, problems: ["encoding_unsupported"] });
    });

    test.each([
      ["an unknown coding", zip(text), "compress"],
      ["a broken stream", zip(text).slice(0, -1), "gzip"],
      ["a stream that grows too much", zip("x".repeat(limits.bodyBytes)), "gzip"],
    ])("is not read where it is no text and has %s", (_, body, coding) => {
      expect(bodyOf(body, form, [coding])).toEqual({ parameters: [], problems: ["encoding_unsupported"] });
    });

    test("is read twice where an attack stands in the raw bytes, beside harmless content", () => {
      const block = "a=1";
      const stored = `\x01${String.fromCharCode(block.length, 0, 0xff - block.length, 0xff)}${block}`;
      const { parameters, problems } = bodyOf(`${stored}&${text}${"&pad=1".repeat(40)}`, form, ["deflate"]);
      expect(parameters[0]).toEqual(["form", "a", "1"]);
      expect(parameters).toContainEqual(pairs[1]);
      expect(problems).toEqual(["body_ambiguous"]);
    });

    test("that unpack to bytes is as binary as without them", () => {
      const bytes = "\x08\x96\x01\x12\x03<x>";
      expect(bodyOf(zip(bytes), "application/x-protobuf", ["gzip"])).toEqual(
        bodyOf(bytes, "application/x-protobuf"),
      );
    });
  });

  test("of a file both its name and its text are values, and the bytes of a picture are none", () => {
    const part = (content: string): string =>
      `--B\r\nContent-Disposition: form-data; name="f"; filename="x.php"\r\n\r\n${content}\r\n--B--`;
    const type = "multipart/form-data; boundary=B";
    expect(bodyOf(part("<?php"), type).parameters).toEqual([
      ["file", "f", "x.php"],
      ["multipart", "f", "<?php"],
    ]);
    expect(bodyOf(part("\x89PNG\0\0\0\x01"), type).parameters).toEqual([["file", "f", "x.php"]]);
  });

  test("line breaks inside a field are kept", () => {
    expect(
      bodyOf(
        '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n\ntwo\r\n--B--',
        "multipart/form-data; boundary=B",
      ).parameters,
    ).toEqual([["multipart", "a", "one\r\n\ntwo"]]);
  });

  test("a batch of a thousand queries is read to its end", () => {
    const batch = JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ query: `{a${i}}` })));
    const { parameters, problems } = bodyOf(batch, "application/json");
    expect(parameters).toHaveLength(1000);
    expect(problems).toEqual([]);
  });

  const types = fc.oneof(
    fc.constantFrom(
      form,
      "application/json",
      "text/xml",
      "multipart/form-data; boundary=B",
      "",
      "text/plain",
    ),
    byteString(20),
  );
  const bodies = fc.oneof(
    byteString(),
    piecedString([
      "{",
      "}",
      "[",
      "]",
      '"',
      ":",
      ",",
      "<",
      ">",
      "--B",
      "\r\n",
      "=",
      "&",
      "%",
      "1",
      "<!DOCTYPE",
    ]),
  );

  test("no bytes make it throw, and the limits hold", () => {
    fc.assert(
      fc.property(types, bodies, (contentType, text) => {
        const { parameters, problems } = bodyOf(text, contentType);
        expect(parameters.length).toBeLessThanOrEqual(limits.parameters);
        expect(new Set(problems).size).toBe(problems.length);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("limits", () => {
  test("a parameter beyond the count is left out and reported once", () => {
    const found = collector();
    for (let i = 0; i <= limits.parameters + 1; i++) found.add("query", "a", "1");
    expect(found.parameters).toHaveLength(limits.parameters);
    expect(found.problems).toEqual([expect.objectContaining({ code: "too_many_parameters" })]);
  });

  test("parameters beyond the bytes of all are left out and reported", () => {
    const found = collector();
    const half = "x".repeat(limits.parameterBytes / 2);
    found.add("query", "", half);
    found.add("query", "", half);
    expect(found.problems).toEqual([]);
    found.add("query", "a", "");
    expect(found.parameters).toHaveLength(2);
    expect(found.problems).toEqual([expect.objectContaining({ code: "too_many_parameters" })]);
  });
});
