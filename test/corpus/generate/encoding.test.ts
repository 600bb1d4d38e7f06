import { describe, expect, it } from "vitest";
import { encodings } from "../../../corpus/generate/encoding.ts";

describe("an encoding", () => {
  it.each([
    ["url", "a b'é", "a%20b'%C3%A9"],
    ["form", "a b'(é)*", "a+b%27%28%C3%A9%29*"],
    ["lazy", "../a b'<é>&", "../a%20b'<%C3%A9>%26"],
    ["url2", "<", "%253C"],
    ["urlall", "aé", "%61%c3%a9"],
    ["escape", "aé ю", "a%E9%20%u044E"],
    ["percentu", "a<", "a%u003c"],
    ["html", "<a href='&'>", "&lt;a href=&#39;&amp;&#39;&gt;"],
    ["htmldec", "a<", "a&#60;"],
    ["htmlhex", "a<", "a&#x3c;"],
    ["json", '"\n', '\\"\\n'],
    ["jsonascii", "<é'", "\\u003c\\u00e9\\u0027"],
    ["jsonall", "ab", "\\u0061\\u0062"],
    ["jshex", "a<", "a\\x3c"],
    ["b64", "é", "w6k="],
    ["b64url", "~~~?", "fn5-Pw"],
    ["hex", "ab", "6162"],
    ["title", "an apple", "An Apple"],
    ["first", "an apple", "An apple"],
    ["slug", "Éa b'c-", "ea-b-c"],
    ["snake", "A b-c", "a_b_c"],
    ["wide", "a<", "ａ＜"],
  ])("%s writes %j as %j", (name, text, expected) => {
    expect(encodings[name]!(text)).toBe(expected);
  });

  it("never throws, whatever the text", () => {
    for (const encode of Object.values(encodings))
      expect(() => encode("\ud800 \0 \u{1f600} %zz")).not.toThrow();
  });
});
