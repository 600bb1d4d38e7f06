/**
 * Takes secrets out of a request before it is written anywhere: values by the name under which they are sent, and
 * pieces that look like keys, tokens or card numbers wherever they stand. Linear in the length of the text.
 */
import type { Header } from "../transaction/transaction.ts";

/** What stands in the place of a secret. */
export const mask = "***";

/** Words that make a name a secret's. */
const secretWords: ReadonlySet<string> = new Set(
  "pass password passwd passphrase passcode pwd secret token credential credentials apikey auth authorization session sid jwt csrf xsrf nonce signature pin otp cvv cvv2 cvc ssn iban".split(
    " ",
  ),
);
/** Pairs of words that do, where each alone would not. */
const secretPairs: ReadonlySet<string> = new Set([
  "api key",
  "access key",
  "private key",
  "secret key",
  "card number",
  "card no",
  "code verifier",
]);
/** Endings that do when the words are written together, as in `PHPSESSID`. */
const secretEndings = ["password", "passwd", "token", "secret", "sessid", "sessionid", "apikey"];

/** Whether a parameter, cookie or header with this name carries a secret. Of a long name the last 128 characters count. */
export function isSecretName(name: string): boolean {
  const words = name
    .slice(-128)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some(
    (word, i) =>
      secretWords.has(word) ||
      secretPairs.has(`${word} ${words[i + 1]}`) ||
      secretEndings.some((ending) => word.endsWith(ending)),
  );
}

/** Masks pieces that are secrets by their shape: JSON web tokens, bearer and basic credentials, well-known keys, card numbers. */
export function maskShapes(text: string): string {
  return text
    .replace(/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, mask)
    .replace(/\b(Bearer|Basic)(?: |%20|\+)[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${mask}`)
    .replace(
      /\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|\bgh[opsur]_[A-Za-z0-9]{20,}|\bAKIA[A-Z0-9]{16}\b/g,
      mask,
    )
    .replace(/[0-9][0-9 -]{11,21}[0-9]/g, (digits) => (isCardNumber(digits) ? mask : digits));
}

/** Masks `name=value` pairs divided by `&` or `;`, as queries and forms have them. */
export function maskPairs(text: string): string {
  return text
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 0) return maskShapes(pair);
      const name = pair.slice(0, equals);
      return `${name}=${isSecretName(unescapeName(name)) && equals + 1 < pair.length ? mask : maskShapes(pair.slice(equals + 1))}`;
    })
    .join("&");
}

/** Masks the values of a Cookie header by the names of the cookies. */
export function maskCookies(text: string): string {
  return text
    .split(";")
    .map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 0) return maskShapes(pair);
      const name = pair.slice(0, equals);
      const secret = isSecretName(name.trim()) || isRandom(pair.slice(equals + 1));
      return `${name}=${secret ? mask : maskShapes(pair.slice(equals + 1))}`;
    })
    .join(";");
}

/** Masks headers: credentials whole, cookies one by one, everything else by shape. */
export function maskHeaders(headers: readonly Header[]): Header[] {
  return headers.map(({ name, value }) => {
    const lower = name.toLowerCase();
    if (lower === "cookie") return { name, value: maskCookies(value) };
    if (lower === "referer") return { name, value: maskTarget(value) };
    return { name, value: isSecretName(lower) ? mask : maskShapes(value) };
  });
}

/** Masks the query of a request target or of any address. */
export function maskTarget(target: string): string {
  const mark = target.indexOf("?");
  return mark < 0
    ? maskShapes(target)
    : `${maskShapes(target.slice(0, mark))}?${maskPairs(target.slice(mark + 1))}`;
}

/** Masks a body of the given content type; `contentType` is empty where it is unknown. Byte strings in and out. */
export function maskBody(body: string, contentType: string): string {
  const type = contentType.toLowerCase();
  if (type.includes("json")) return maskShapes(maskJson(body));
  if (type.includes("multipart/")) return maskShapes(maskMultipart(body));
  if (type.includes("xml")) return maskShapes(maskXml(body));
  return type.includes("urlencoded") || type === "" ? maskPairs(body) : maskShapes(body);
}

/** Masks scalar values under secret names; works on broken JSON too, since it looks at tokens only. */
function maskJson(body: string): string {
  return body.replace(
    /"((?:[^"\\]|\\.){1,128})"(\s{0,16}:\s{0,16})("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)/gs,
    (whole, name: string, colon: string, value: string) =>
      isSecretName(name) && value !== '""' ? `"${name}"${colon}"${mask}"` : whole,
  );
}

/** Masks the content of form parts with secret names, up to the next delimiter. */
function maskMultipart(body: string): string {
  const delimiter = body.slice(0, Math.max(0, body.indexOf("\n"))).trimEnd();
  if (!delimiter.startsWith("--") || delimiter.length < 3) return maskPairs(body);
  return body
    .split(delimiter)
    .map((part) => {
      const head = part.indexOf("\r\n\r\n");
      if (head < 0) return part;
      const name = /[; ]name="([^"\r\n]{0,256})"/i.exec(part.slice(0, Math.min(head, 2048)))?.[1];
      return name !== undefined && isSecretName(name) ? `${part.slice(0, head)}\r\n\r\n${mask}\r\n` : part;
    })
    .join(delimiter);
}

function maskXml(body: string): string {
  return body
    .replace(/<([A-Za-z_][\w.:-]{0,127})([^<>]{0,1024})>([^<]+)/g, (whole, name: string, rest: string) =>
      isSecretName(name) ? `<${name}${rest}>${mask}` : whole,
    )
    .replace(/([A-Za-z_][\w.:-]{0,127})="([^"<]*)"/g, (whole, name: string) =>
      isSecretName(name) ? `${name}="${mask}"` : whole,
    );
}

function unescapeName(name: string): string {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A long run without blanks that mixes letters and digits: a session id under whatever name. */
function isRandom(value: string): boolean {
  return (
    value.length >= 20 &&
    /^[A-Za-z0-9%_.~+/=-]+$/.test(value) &&
    /[0-9]/.test(value) &&
    /[A-Za-z]/.test(value)
  );
}

/** 13 to 19 digits that pass the Luhn check (ISO/IEC 7812-1). */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, "");
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
