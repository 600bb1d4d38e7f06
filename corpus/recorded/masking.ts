/**
 * Takes the secrets out of recorded requests. A secret is found by the name under which it is sent anywhere, and replaced
 * wherever it stands: by letters and digits of the same kinds and number, the same ones each time, so that a session stays
 * one. Recordings come from throw-away applications; this keeps them from looking like, or becoming, a leak.
 */
import { createHash } from "node:crypto";
import type { Draft } from "./recording.ts";

/** Names of fields, headers and cookies that carry a secret. */
const secretName =
  /nonce|token|sectok|passw|^pass|pwd|sess|secret|auth(?!or)|salt|^cookie$|csrf|sid$|logged_in|_key$/i;
/** Letters and digits of a secret in a row; what is shorter is no secret of its own. */
const shortestRun = 8;
const runs = new RegExp(`[A-Za-z0-9]{${shortestRun},}`, "g");
/** A run of letters alone is a word, unless it is as long as this. */
const longestWord = 20;
/** The first characters of a masked run are drawn from the secret, all others from these. */
const drawn = 4;

/** The runs of letters and digits within all secrets of the requests, and within those of `known`, such as passwords. */
export function collectSecrets(
  requests: readonly Draft[],
  known: readonly string[] = [],
): ReadonlySet<string> {
  const secrets = new Set(known.flatMap((text) => text.match(runs) ?? []));
  const add = (value: string): void => {
    for (const run of value.match(runs) ?? []) if (isRandom(run)) secrets.add(run);
  };
  for (const request of requests) {
    for (const [name, value] of namedValues(request)) if (secretName.test(name)) add(decoded(value));
    for (const [name, value] of cookies(request))
      if (secretName.test(name) || /[0-9a-f]{16,}|[A-Za-z0-9]{24,}/.test(value)) add(decoded(value));
  }
  return secrets;
}

/** Writes masked runs in the place of the secrets. */
export function maskSecrets(text: string, secrets: ReadonlySet<string>): string {
  return secrets.size === 0 ? text : text.replace(patternOf(secrets), maskRun);
}

let lastPattern: { readonly secrets: ReadonlySet<string>; readonly pattern: RegExp } | undefined;

/** The longest first, as one may begin with another. Runs are letters and digits, and need no escaping. */
function patternOf(secrets: ReadonlySet<string>): RegExp {
  if (lastPattern?.secrets !== secrets) {
    const alternatives = [...secrets].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    lastPattern = { secrets, pattern: new RegExp(alternatives.join("|"), "g") };
  }
  return lastPattern.pattern;
}

/** What stands for a run of letters and digits. Masking again changes nothing. */
export function maskRun(run: string): string {
  if (isMaskedRun(run)) return run;
  const alphabets = alphabetsOf(run);
  const head = draw(alphabets.slice(0, drawn), `secret ${run}`);
  return head + draw(alphabets.slice(drawn), `rest ${head}`);
}

/** Whether everything behind the first characters follows from them, as in masked runs and by chance hardly ever. */
export function isMaskedRun(run: string): boolean {
  const head = run.slice(0, drawn);
  return [alphabetsOf(run), [...run].map(alphabetOf)].some(
    (alphabets) => run.slice(drawn) === draw(alphabets.slice(drawn), `rest ${head}`),
  );
}

const hexadecimal = "0123456789abcdef";

/** What each character may become: hexadecimal numbers stay such, and otherwise letters of each case and digits do. */
function alphabetsOf(run: string): string[] {
  return /^[0-9a-f]+$/.test(run) ? [...run].map(() => hexadecimal) : [...run].map(alphabetOf);
}

function alphabetOf(character: string): string {
  if (/[0-9]/.test(character)) return "0123456789";
  return /[a-z]/.test(character) ? "abcdefghijklmnopqrstuvwxyz" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
}

function draw(alphabets: readonly string[], from: string): string {
  const numbers = createHash("shake256", { outputLength: Math.max(1, alphabets.length) })
    .update(from)
    .digest();
  return alphabets.map((alphabet, i) => alphabet[numbers[i]! % alphabet.length]).join("");
}

function isRandom(run: string): boolean {
  if (run.length >= longestWord) return true;
  return /[0-9]/.test(run) && /[A-Za-z]/.test(run);
}

/** Everything that the request gives a name to: headers, and fields of the address, of where it came from and of the body. */
function* namedValues({ query, headers, body_b64 }: Draft): Generator<readonly [string, string]> {
  yield* headers.filter(([name]) => name.toLowerCase() !== "cookie");
  yield* pairs(query);
  for (const [name, value] of headers)
    if (name.toLowerCase() === "referer") yield* pairs(value.replace(/^[^?]*\??/, ""));
  const body = body_b64 === undefined ? "" : Buffer.from(body_b64, "base64").toString("latin1");
  if (/^\s*[[{]/.test(body)) {
    for (const [, name, value] of body.matchAll(/"([^"\\]{1,64})"\s*:\s*"((?:[^"\\]|\\.){0,512})"/g))
      yield [name!, value!];
  } else if (body.startsWith("--")) {
    for (const [, name, value] of body.matchAll(/ name="([^"]{1,128})"\r\n\r\n([^\r]{0,512})\r\n/g))
      yield [name!, value!];
  } else {
    yield* pairs(body);
  }
}

function* pairs(text: string): Generator<readonly [string, string]> {
  for (const pair of text.split("&")) {
    const equals = pair.indexOf("=");
    if (equals > 0) yield [decoded(pair.slice(0, equals)), pair.slice(equals + 1)];
  }
}

function* cookies({ headers }: Draft): Generator<readonly [string, string]> {
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "cookie") continue;
    for (const pair of value.split("; ")) {
      const equals = pair.indexOf("=");
      yield [pair.slice(0, equals), pair.slice(equals + 1)];
    }
  }
}

/** Percent-decoded as far as it goes. */
function decoded(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
