import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeBase64,
  decodeEntities,
  decodeEscapes,
  decodeFully,
  decodePercent,
  decodingRounds,
  foldUtf8,
} from "../../src/transaction/decode.ts";
import { byteString, piecedString, utf8 } from "./byte-strings.ts";

describe("percent encoding", () => {
  test.each([
    ["a pair of digits", "%27", "'"],
    ["digits of either case", "%2f%2F", "//"],
    ["a bare percent sign", "100% of %", "100% of %"],
    ["a percent sign before no digits", "%zz%2", "%zz%2"],
    ["digits of a code unit", "%u0027%U003c", "'<"],
    ["a full-width code unit", "%uff07", "'"],
    ["the first and the last full-width code unit", "%uff01%uff5e", "!~"],
    ["a code unit beyond ASCII", "%u00e9", utf8("é")],
    ["half a surrogate pair", "%ud800", utf8("\ufffd")],
    ["too few digits of a code unit", "%u002", "%u002"],
    ["NUL", "sel%00ect", "sel\0ect"],
    ["one layer only", "%2527", "%27"],
    ["an encoding at the very end", "a%", "a%"],
    ["characters beyond the byte range", "%\u01302", "%\u01302"],
  ])("%s", (_, encoded, decoded) => {
    expect(decodePercent(encoded, false)).toBe(decoded);
  });

  test("a plus is a blank in forms and a plus elsewhere", () => {
    expect(decodePercent("1+1%2b1", true)).toBe("1 1+1");
    expect(decodePercent("1+1", false)).toBe("1+1");
  });

  test("what is decoded is what one replacement would decode", () => {
    const pieces = [
      "%",
      "+",
      "u",
      "00",
      "e9",
      "2",
      "F",
      "%u",
      "%41",
      "%uff1c",
      "%ud800",
      "x",
      "\xe9",
      "\u0130",
    ];
    const unitOf = (digits: string): string => {
      const character = String.fromCharCode(Number.parseInt(digits, 16));
      return utf8(/[\uff01-\uff5e]/.test(character) ? character.normalize("NFKC") : character.toWellFormed());
    };
    fc.assert(
      fc.property(piecedString(pieces), (text) => {
        const decoded = text.replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, unit?: string, byte?: string) =>
          unit === undefined ? String.fromCharCode(Number.parseInt(byte!, 16)) : unitOf(unit),
        );
        expect(decodePercent(text, false)).toBe(decoded);
        expect(decodePercent(text.replaceAll("+", "%2b"), true)).toBe(decoded);
      }),
      { numRuns: 500 },
    );
  });

  test("decoding what was encoded gives any bytes back", () => {
    fc.assert(
      fc.property(byteString(), (text) => {
        const encoded = [...text].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
        expect(decodePercent(encoded, true)).toBe(text);
      }),
    );
  });
});

describe("entities", () => {
  test.each([
    ["a name", "&lt;&GT;&amp;&quot;&apos;", "<>&\"'"],
    ["white space by name", "java&Tab;script&colon;&NewLine;", "java\tscript:\n"],
    ["the longest name", "&NewLine;", "\n"],
    ["a name that is unknown", "&nosuch;&lt", "&nosuch;&lt"],
    ["a name of objects", "&constructor;&__proto__;", "&constructor;&__proto__;"],
    ["a decimal number", "&#39;&#0000039;", "''"],
    ["a hexadecimal number", "&#x27;&#X3C;", "'<"],
    ["a number without semicolon", "&#39 &#x3cscript", "' <script"],
    ["a number of no character", "&#xffffff;&#xd800;", utf8("\ufffd\ufffd")],
    ["a number of a wide character", "&#8364;", utf8("€")],
    ["no number at all", "&#;&#x;&#", "&#;&#x;&#"],
    ["one layer only", "&amp;lt;", "&lt;"],
    ["bare ampersands", "&&&a=1&b", "&&&a=1&b"],
  ])("%s", (_, encoded, decoded) => {
    expect(decodeEntities(encoded)).toBe(decoded);
  });
});

describe("escapes", () => {
  test.each([
    ["two digits", "\\x27\\X3c", "'<"],
    ["four digits", "\\u0027", "'"],
    ["digits in braces", "\\u{27}\\u{00003c}", "'<"],
    ["braces without digits", "\\u{}", "\\u{}"],
    ["braces that do not close", "\\u{27", "\\u{27"],
    ["too many digits in braces", "\\u{0000000027}", "\\u{0000000027}"],
    ["too few digits", "\\x2", "\\x2"],
    ["other escapes", "\\n\\\\", "\\n\\\\"],
    ["a backslash at the end", "a\\", "a\\"],
  ])("%s", (_, encoded, decoded) => {
    expect(decodeEscapes(encoded)).toBe(decoded);
  });
});

describe("overlong and full-width UTF-8", () => {
  test.each([
    ["two bytes for a dot", "\xc0\xae\xc0\xae/", "../"],
    ["two bytes for a letter", "\xc1\xa1", "a"],
    ["three bytes for a slash", "\xe0\x80\xaf", "/"],
    ["full-width letters", utf8("ｓｅｌｅｃｔ ＇"), "select '"],
    ["the first and the last full-width form", utf8("！～"), "!~"],
    ["wide characters that fold to nothing", utf8("é 日本 😀 ｠"), utf8("é 日本 😀 ｠")],
    ["a lead byte with nothing after it", "\xc0", "\xc0"],
    ["a lead byte before plain letters, which are kept", "\xc0select\xe0ab\xefbc", "\xc0select\xe0ab\xefbc"],
    ["a form cut in the middle", "\xef\xbc", "\xef\xbc"],
    ["an ordinary three-byte form", "\xe0\xa4\x85", "\xe0\xa4\x85"],
  ])("%s", (_, encoded, decoded) => {
    expect(foldUtf8(encoded)).toBe(decoded);
  });
});

describe("base64", () => {
  const text = "<script>alert(1)</script>";

  test.each([
    ["with padding", Buffer.from(text).toString("base64"), text],
    ["without padding", Buffer.from(text).toString("base64").replaceAll("=", ""), text],
    ["in the alphabet of URLs", Buffer.from("a>>?>>b??>>?>c").toString("base64url"), "a>>?>>b??>>?>c"],
  ])("text %s is found", (_, encoded, decoded) => {
    expect(decodeBase64(encoded)).toBe(decoded);
  });

  test.each([
    ["shorter than any attack", "YWJj"],
    ["a byte outside the alphabet", "PHNjcmlwdD5hbGVydCgx*"],
    ["a length that no text has", "PHNjcmlwdD5hbGVyd"],
    ["a picture", Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 37) % 256)).toString("base64")],
    ["beyond the bound", "QUFB".repeat(20_000)],
  ])("nothing is found in %s", (_, encoded) => {
    expect(decodeBase64(encoded)).toBeUndefined();
  });
});

test.each([
  ["Java", "aced000573720011"],
  [".NET", "0001000000ffffffff0100"],
  ["Python, protocol 4", "80049563000000"],
  ["Python, protocol 2", "8002637379730a"],
  ["Ruby", "04085b07690069"],
])("an object of %s in base64 is read, printable or not", (_, beginning) => {
  const bytes = Buffer.concat([
    Buffer.from(beginning, "hex"),
    Buffer.from(Array.from({ length: 40 }, (_, i) => (i * 37) % 256)),
  ]);
  for (const alphabet of ["base64", "base64url"] as const)
    expect(decodeBase64(bytes.toString(alphabet))).toBe(bytes.toString("latin1"));
});

test("base64 is what Node reads, where nine bytes of ten are printable", () => {
  // Mostly letters, so that both sides of the limit are met.
  const letter = { weight: 2, arbitrary: fc.constant(0x41) };
  const any = fc.oneof(letter, fc.constantFrom(0x1f, 0x20, 0x0a, 0x0d, 0x09, 0x7e, 0x7f, 0x00, 0xe9));
  const encoding = fc.constantFrom<BufferEncoding>("base64", "base64url");
  fc.assert(
    fc.property(
      fc.array(any, { minLength: 10, maxLength: 60 }),
      encoding,
      fc.nat(2),
      (content, alphabet, cut) => {
        const encoded = Buffer.from(content).toString(alphabet);
        const given = encoded.slice(0, encoded.length - cut);
        const read = Buffer.from(given, "base64").toString("latin1");
        const printable = read.replace(/[^\x20-\x7e\t\n\r]/g, "").length;
        const digits = given.replace(/={1,2}$/, "").length;
        const isText = given.length >= 12 && digits % 4 !== 1 && printable >= read.length * 0.9;
        expect(decodeBase64(given)).toBe(isText ? read : undefined);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe("all layers", () => {
  test.each([
    ["double percent encoding", "%252527", "'", 3],
    ["an entity inside percent encoding", "%26lt%3bscript%26gt%3b", "<script>", 2],
    ["an escape inside an entity", "&#92;x27", "'", 2],
    ["an overlong form in percent encoding", "%c0%ae%c0%ae%c0%af", "../", 1],
    ["a full-width code unit", "%uff07 or 1", "' or 1", 1],
    ["plain text", "hello, world", "hello, world", 0],
    ["the empty string", "", "", 0],
  ])("%s", (_, encoded, decoded, rounds) => {
    expect(decodeFully(encoded)).toEqual({ text: decoded, rounds, exhausted: false });
  });

  test("layers beyond the bound are reported", () => {
    const layered = (count: number): string => `%${"25".repeat(count)}27`;
    expect(decodeFully(layered(decodingRounds - 1)).exhausted).toBe(false);
    expect(decodeFully(layered(decodingRounds - 1)).text).toBe("'");
    expect(decodeFully(layered(decodingRounds)).exhausted).toBe(true);
  });

  const hostile = fc.oneof(
    byteString(),
    piecedString([
      "%",
      "25",
      "%u",
      "00",
      "27",
      "&",
      "#",
      "x",
      "lt",
      ";",
      "\\",
      "u{",
      "}",
      "\xc0",
      "\xae",
      "\xef\xbc\x87",
    ]),
  );

  test("where decoding has ended, decoding again changes nothing", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const once = decodeFully(text);
        if (!once.exhausted) expect(decodeFully(once.text)).toEqual({ ...once, rounds: 0 });
      }),
      { numRuns: 500 },
    );
  });

  test("no layer makes a text longer, and bytes stay bytes", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const decode of [
          decodeEntities,
          decodeEscapes,
          foldUtf8,
          (t: string) => decodePercent(t, true),
        ]) {
          const decoded = decode(text);
          expect(decoded.length).toBeLessThanOrEqual(text.length);
          for (let i = 0; i < decoded.length; i++) expect(decoded.charCodeAt(i)).toBeLessThan(256);
        }
      }),
      { numRuns: 500 },
    );
  });

  // Quadratic work would take minutes here, and run into the time limit of the test.
  test.each([["&"], ["&#"], ["\\u{"], ["\\"], ["%"], ["%u"], ["\xc0"], ["\xef\xbc"], ["&a;"]])(
    "a megabyte of %j is decoded",
    (piece) => {
      expect(decodeFully(piece.repeat((1 << 20) / piece.length)).text.length).toBeGreaterThan(0);
    },
  );

  test.each(Array.from({ length: 256 }, (_, byte) => [byte]))(
    "byte %i alone passes every decoder",
    (byte) => {
      const text = String.fromCharCode(byte);
      expect(decodeFully(text)).toEqual({ text, rounds: 0, exhausted: false });
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});
