/**
 * The ways in which text is encoded on its way into a request: by browsers, by scripts, by applications, and by attackers
 * who hope that a filter decodes less than the application. Both sides of the corpus use the same ones.
 */

/** Turns text into its encoded form; the original text is UTF-8 wherever bytes matter. */
export type Encoding = (text: string) => string;

const hex2 = (byte: number): string => byte.toString(16).padStart(2, "0");
const bytes = (text: string): Buffer => Buffer.from(text, "utf8");

/** Percent-encodes what `encodeURIComponent` encodes, and the apostrophe, parentheses and asterisk left alone. Lone surrogates become U+FFFD. */
const url: Encoding = (text) => encodeURIComponent(text.toWellFormed());

/** Every encoding by the name that grammars use. */
export const encodings: Readonly<Record<string, Encoding>> = {
  url,
  /** As an HTML form does: space is `+`, and `!'()*~` are encoded too, `*` apart. */
  form: (text) =>
    url(text)
      .replace(/%20/g, "+")
      .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
  /** What address bars and hand-written requests do: only what would break the request is encoded. */
  lazy: (text) => text.toWellFormed().replace(/[^!$'()*,\-./0-9:;=?@A-Z_a-z~<>"{}|\\^`[\]]/gu, (c) => url(c)),
  url2: (text) => url(url(text)),
  /** Every byte percent-encoded, letters too. */
  urlall: (text) => Array.from(bytes(text), (b) => `%${hex2(b)}`).join(""),
  /** JavaScript's `escape`: `%uXXXX` outside Latin-1. */
  escape: (text) =>
    text.replace(/[^A-Za-z0-9@*_+\-./]/g, (c) => {
      const code = c.charCodeAt(0);
      return code < 256
        ? `%${hex2(code).toUpperCase()}`
        : `%u${code.toString(16).toUpperCase().padStart(4, "0")}`;
    }),
  /** `%u00XX` for every character outside letters and digits, as old servers decode it. */
  percentu: (text) =>
    text.replace(/[^A-Za-z0-9 ]/g, (c) => `%u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  html: (text) =>
    text
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
      .replace(/'/g, "&#39;"),
  htmldec: (text) => text.replace(/[^A-Za-z0-9 ]/gu, (c) => `&#${c.codePointAt(0)};`),
  htmlhex: (text) => text.replace(/[^A-Za-z0-9 ]/gu, (c) => `&#x${c.codePointAt(0)!.toString(16)};`),
  /** The inside of a JSON string. */
  json: (text) => JSON.stringify(text).slice(1, -1),
  /** The inside of a JSON string as careful serializers write it: nothing that could matter in HTML, ASCII only. */
  jsonascii: (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[<>&'\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  jsonall: (text) => text.replace(/[\s\S]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  jshex: (text) =>
    Array.from(text, (c) =>
      /[A-Za-z0-9 ]/.test(c) ? c : [...bytes(c)].map((b) => `\\x${hex2(b)}`).join(""),
    ).join(""),
  b64: (text) => bytes(text).toString("base64"),
  b64url: (text) => bytes(text).toString("base64url"),
  hex: (text) => bytes(text).toString("hex"),
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: (text) => text.replace(/(^|\s)\p{Ll}/gu, (c) => c.toUpperCase()),
  first: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  slug: (text) =>
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, ""),
  snake: (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "_"),
  camel: (text) => text.toLowerCase().replace(/[^a-z0-9]+([a-z0-9])/g, (_, c: string) => c.toUpperCase()),
  /** Letters and digits in their full-width forms, as East Asian input methods write them. */
  wide: (text) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
};
