/**
 * Carriers put a decoded payload into a request in a way that some application undoes: encodings, kinds of bodies, and
 * padding beside it. What a carrier says about the request is true, so that the application gets the payload back.
 */
import type { Random } from "../src/random.ts";
import type { RequestParts } from "../src/transaction/build.ts";
import { goodWords } from "./mutate/words.ts";

/** One way to send a payload. */
export interface Carrier {
  /** In kebab-case, for reports. */
  readonly name: string;
  parts(payload: string): RequestParts;
}

const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const escapeSome = (text: string): string => encodeURIComponent(text.toWellFormed());
const escapeAll = (text: string): string =>
  Array.from(Buffer.from(text, "utf8"), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const host = { name: "Host", value: "www.shop.example" };

function query(name: string, encode: (payload: string) => string): Carrier {
  return {
    name,
    parts: (payload) => ({ method: "GET", uri: `/search?q=${encode(payload)}`, headers: [host] }),
  };
}

function body(name: string, contentType: string, encode: (payload: string) => string): Carrier {
  return {
    name,
    parts: (payload) => ({
      method: "POST",
      uri: "/comments",
      headers: [host, { name: "Content-Type", value: contentType }],
      body: Buffer.from(bytesOf(encode(payload)), "latin1"),
    }),
  };
}

const jsonEscaped = (payload: string): string =>
  Array.from(
    { length: payload.length },
    (_, index) => `\\u${payload.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
const multipart = (payload: string): string =>
  `--part7\r\nContent-Disposition: form-data; name="page"\r\n\r\n1\r\n--part7\r\nContent-Disposition: form-data; name="q"\r\n\r\n${payload}\r\n--part7--\r\n`;

/** Harmless text of so many KB, the same for the same size. */
function paddingOf(kilobytes: number): string {
  const text = goodWords.join(" ");
  return text.repeat(Math.ceil((kilobytes * 1024) / text.length)).slice(0, kilobytes * 1024);
}
const paddings = new Map([8, 32, 128].map((size) => [size, paddingOf(size)]));

/** The plain carrier: the payload in a parameter of the query, as a browser encodes it. */
export const plainCarrier: Carrier = query("query", escapeSome);

/** All carriers, the plain one first. */
export const carriers: readonly Carrier[] = [
  plainCarrier,
  query("query-all-escaped", escapeAll),
  query("query-escaped-twice", (payload) => escapeSome(escapeSome(payload))),
  query("query-all-escaped-twice", (payload) => escapeAll(payload).replaceAll("%", "%25")),
  query("query-base64", (payload) => escapeSome(Buffer.from(payload, "utf8").toString("base64"))),
  query("query-json", (payload) => escapeSome(JSON.stringify({ page: 1, q: payload }))),
  body(
    "form",
    "application/x-www-form-urlencoded",
    (payload) => `page=1&q=${escapeSome(payload).replaceAll("%20", "+")}`,
  ),
  body("json", "application/json", (payload) => JSON.stringify({ page: 1, filter: { q: payload } })),
  body("json-escaped", "application/json", (payload) => `{"page":1,"q":"${jsonEscaped(payload)}"}`),
  body("multipart", "multipart/form-data; boundary=part7", multipart),
  body(
    "xml",
    "application/xml",
    (payload) =>
      `<order><page>1</page><q>${Array.from(payload, (character) => (/[\w ]/.test(character) ? character : `&#${character.codePointAt(0)};`)).join("")}</q></order>`,
  ),
  ...[8, 32].map((size) =>
    body(
      `form-padded-${size}k`,
      "application/x-www-form-urlencoded",
      (payload) => `note=${paddings.get(size)!.replaceAll(" ", "+")}&q=${escapeSome(payload)}`,
    ),
  ),
  body("json-padded-128k", "application/json", (payload) =>
    JSON.stringify({ note: paddings.get(128)!, q: payload }),
  ),
];

/** A carrier, of which those with padding are rare, since they cost as much as a hundred others. Advances the generator. */
export function anyCarrier(random: Random): Carrier {
  const padded = 3;
  const choice =
    random.below(150) === 0
      ? carriers.length - padded + random.below(padded)
      : random.below(carriers.length - padded);
  return carriers[choice]!;
}
