/** Operators on addresses, for forged requests from the server and the inclusion of foreign files. */
import type { Random } from "../../src/random.ts";
import { anyCase, oneOf, operator, replaceSome } from "./operator.ts";
import { goodWords, someWords } from "./words.ts";

const dotted = /(?<![\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w.])/;
const authority = /^([a-z][a-z0-9+.-]*:)?([/\\]{2,})((?:[^/?#\\@]*@)?)([^/?#\\]*)/i;

/** Another spelling of an IPv4 address that URL parsers read as the same (WHATWG URL, IPv4 parser). Advances the generator. */
function addressForm(parts: readonly number[], random: Random): string {
  const [a, b, c, d] = parts as [number, number, number, number];
  const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const octet = (n: number): string =>
    oneOf(random, [String(n), `0x${n.toString(16)}`, `0${n.toString(8)}`, `0x0${n.toString(16)}`]);
  return oneOf(random, [
    String(whole),
    `0x${whole.toString(16)}`,
    `0${whole.toString(8)}`,
    `${octet(a)}.${(b << 16) | (c << 8) | d}`,
    `${octet(a)}.${octet(b)}.${(c << 8) | d}`,
    [a, b, c, d].map(octet).join("."),
    `${a}.${b}.${c}.${d}.`,
    `[::ffff:${a}.${b}.${c}.${d}]`,
    `[::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}]`,
    `[0:0:0:0:0:ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}]`,
    `${a}.${b}.${c}.${d}`.replace(/\d/g, (digit) =>
      random.below(3) === 0 ? String.fromCharCode(0xff10 + Number(digit)) : digit,
    ),
    `${a}。${b}。${c}。${d}`,
  ]);
}

/** Letters in circles, which names of hosts fold to plain ones (UTS 46). Advances the generator. */
function circled(name: string, random: Random): string {
  return name.replace(/[a-z]/g, (letter) =>
    random.below(2) === 0 ? letter : String.fromCodePoint(0x24d0 + letter.charCodeAt(0) - 97),
  );
}

/** Replaces the host of an address. */
function withHost(payload: string, change: (host: string) => string): string | undefined {
  const found = authority.exec(payload);
  if (found === null || found[4] === "") return undefined;
  const port = /:\d*$/.exec(found[4]!)?.[0] ?? "";
  const host = found[4]!.slice(0, found[4]!.length - port.length);
  return `${found[1] ?? ""}${found[2]}${found[3]}${change(host)}${port}${payload.slice(found[0].length)}`;
}

const loopback = [
  "127.0.0.1",
  "localhost",
  "127.1",
  "127.0.1",
  "0",
  "0.0.0.0",
  "[::1]",
  "[::]",
  "127.127.127.127",
  "127.000.000.001",
  "LOCALHOST",
  "localhost.",
];

/** Operators on decoded addresses. */
export const addressOperators = [
  operator("url-number-form", (payload, random) =>
    payload.replace(dotted, (_, ...parts: string[]) => addressForm(parts.slice(0, 4).map(Number), random)),
  ),
  operator("url-loopback", (payload, random) =>
    withHost(payload, (host) =>
      loopback.includes(host.toLowerCase()) || host.startsWith("127.") ? oneOf(random, loopback) : host,
    ),
  ),
  operator("url-host-case", (payload, random) => withHost(payload, (host) => anyCase(host, random))),
  operator("url-host-fold", (payload, random) =>
    withHost(payload, (host) => (host.startsWith("[") ? host : circled(host, random))),
  ),
  operator("url-host-percent", (payload, random) =>
    withHost(payload, (host) =>
      host.startsWith("[")
        ? host
        : host.replace(/[a-z0-9.]/gi, (letter) =>
            random.below(3) === 0 ? `%${letter.charCodeAt(0).toString(16)}` : letter,
          ),
    ),
  ),
  operator("url-userinfo", (payload, random) => {
    const name = oneOf(random, [
      "www.example.com",
      "user",
      "images.shop.example",
      `${oneOf(random, goodWords)}.com`,
      someWords(random, 3).replaceAll(" ", "."),
    ]);
    const secret = random.below(2) === 0 ? "" : `:${oneOf(random, goodWords)}`;
    const found = authority.exec(payload);
    return found === null || found[3] !== ""
      ? undefined
      : `${found[1] ?? ""}${found[2]}${name}${secret}@${found[4]}${payload.slice(found[0].length)}`;
  }),
  operator("url-drop-userinfo", (payload) =>
    payload.replace(
      authority,
      (_, scheme = "", slashes = "", _user = "", host = "") => `${scheme}${slashes}${host}`,
    ),
  ),
  operator("url-scheme-case", (payload, random) =>
    payload.replace(/^[a-z][a-z0-9+.-]*(?=:)/i, (scheme) => anyCase(scheme, random)),
  ),
  operator("url-port", (payload) => {
    const port = /^https:/i.test(payload)
      ? ":443"
      : /^http:/i.test(payload)
        ? ":80"
        : /^ftp:/i.test(payload)
          ? ":21"
          : undefined;
    if (port === undefined) return undefined;
    return payload.replace(authority, (whole) =>
      whole.endsWith(port)
        ? whole.slice(0, -port.length)
        : /:\d+$/.test(whole)
          ? whole.replace(/:(\d+)$/, ":0$1")
          : whole + port,
    );
  }),
  operator("url-slashes", (payload, random) =>
    payload.replace(
      /^([a-z]+:)[/\\]+/i,
      (_, scheme: string) => scheme + oneOf(random, ["//", "/", "\\\\", "/\\", "///", "////", ""]),
    ),
  ),
  operator("url-blanks", (payload, random) =>
    oneOf(random, [
      ` ${payload}`,
      `\t${payload}`,
      payload.replace(/^(ht|fi|go|ft|di)/i, "$1\t"),
      payload.replace(/(?<=\w)(?=\.)/, "\n"),
    ]),
  ),
  operator("url-dot-segment", (payload, random) =>
    replaceSome(
      payload,
      /(?<=[\w\]])\/(?=\w)/g,
      random,
      () => `/${oneOf(random, ["./", `${oneOf(random, goodWords)}/../`, "%2e/"])}`,
    ),
  ),
  operator("url-path-percent", (payload, random) =>
    replaceSome(
      payload,
      /(?<=\/[\w/.-]*)[g-z](?=[\w/.-]*$)/gi,
      random,
      ([letter]) => `%${letter.charCodeAt(0).toString(16)}`,
    ),
  ),
  operator("url-query", (payload, random) =>
    payload.includes("#")
      ? undefined
      : `${payload}${payload.includes("?") ? "&" : "?"}${oneOf(random, ["page", "lang", "utm_source", "q", "id"])}=${someWords(random, 1 + random.below(9)).replaceAll(" ", "+")}`,
  ),
  operator(
    "url-fragment",
    (payload, random) => `${payload}#${someWords(random, 1 + random.below(9)).replaceAll(" ", "-")}`,
  ),
];
