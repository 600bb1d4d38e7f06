/**
 * Whole requests. Grammars write them as text (request line, headers, blank line, body); here they get the headers
 * that a client adds by itself, and here a value is put into one of the places a request has for values. Attacks and
 * benign values go the same way, so that nothing but the value tells them apart.
 */
import type { Random } from "../../src/random.ts";
import { encodings } from "./encoding.ts";
import type { Grammar } from "./grammar.ts";

export interface Request {
  readonly method: string;
  readonly path: string;
  /** Without `?`; empty where there is none. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly body: string;
}

/** Reads what a rule `request` expanded to. Throws a plain `Error` where the text has no request line. */
export function parseRequest(text: string): Request {
  const end = text.indexOf("\n\n");
  const [requestLine = "", ...headerLines] = (end < 0 ? text : text.slice(0, end)).split("\n");
  const blank = requestLine.indexOf(" ");
  if (blank < 1 || requestLine[blank + 1] !== "/") throw new Error(`no request line: ${requestLine}`);
  const target = requestLine.slice(blank + 1);
  const mark = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const colon = line.indexOf(": ");
    if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  return {
    method: requestLine.slice(0, blank),
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers,
    body: end < 0 ? "" : text.slice(end + 2),
  };
}

/** Adds the headers of a client, chosen from `browser`; headers that the request has already stay. Advances the generator. */
export function addClientHeaders(random: Random, request: Request, browser: Grammar): Request {
  const chance = (share: number): boolean => random.next() < share;
  const make = (rule: string): string => browser.expand(random, rule);
  if (chance(0.08)) return request;

  const added: Record<string, string> = { Host: make("host"), "User-Agent": make("userAgent") };
  const isBrowser = added["User-Agent"]!.startsWith("Mozilla");
  added["Accept"] = make("accept");
  if (isBrowser || chance(0.3)) {
    added["Accept-Encoding"] = make("encodings");
    added["Accept-Language"] = make("acceptLanguage");
  }
  if (chance(0.3)) added["Connection"] = "keep-alive";
  if (isBrowser && chance(0.6)) added["Referer"] = make("referer");
  if (isBrowser && chance(0.5)) {
    added["sec-ch-ua"] = make("secChUa");
    added["sec-ch-ua-mobile"] = chance(0.3) ? "?1" : "?0";
    added["sec-ch-ua-platform"] = ['"Windows"', '"macOS"', '"Android"', '"Linux"'][random.below(4)]!;
    added["Sec-Fetch-Site"] = ["same-origin", "none", "cross-site"][random.below(3)]!;
    added["Sec-Fetch-Mode"] = ["navigate", "cors", "no-cors"][random.below(3)]!;
    added["Sec-Fetch-Dest"] = ["document", "empty", "image", "script"][random.below(4)]!;
  }
  if (chance(0.1)) added["Upgrade-Insecure-Requests"] = "1";
  if (chance(0.1)) added["Cache-Control"] = "max-age=0";
  if (chance(0.08)) added["DNT"] = "1";
  if (chance(0.05)) added["If-None-Match"] = `W/"${make("hex16")}"`;
  if (chance(0.05)) added["X-Forwarded-For"] = make("ipv4");
  if (request.method !== "GET" && isBrowser && chance(0.6)) added["Origin"] = `https://${added["Host"]}`;
  if (chance(0.15)) added["X-Requested-With"] = "XMLHttpRequest";
  if (isBrowser ? chance(0.65) : chance(0.1)) added["Cookie"] = make("cookies");
  return { ...request, headers: { ...added, ...request.headers } };
}

/** Puts the value into the request: over a value that it has, or as a parameter that it had not. Advances the generator. */
export function placeValue(random: Random, request: Request, value: string, name: string): Request {
  const draw = random.next();
  if (draw < 0.4) return placeInQuery(random, request, value, name);
  if (draw < 0.76) return placeInBody(random, request, value, name);
  if (draw < 0.84) return placeInCookie(random, request, value, name);
  if (draw < 0.92) return placeInHeader(random, request, value);
  if (draw < 0.97) return { ...request, path: placeInPath(random, request.path, value) };
  return {
    ...request,
    query: joinPairs([...pairsOf(request.query), `${encodings["url"]!(value)}=${random.below(100)}`]),
  };
}

const preEncoded = /%[0-9a-fA-F]{2}/;
const unsafeRaw = /[^!-~]|[&#+]/;

/** The value as some client would encode it in a query; what is encoded already may be sent as it is. */
function queryEncoded(random: Random, value: string): string {
  if (preEncoded.test(value) && !unsafeRaw.test(value) && random.next() < 0.6) return value;
  const draw = random.next();
  return encodings[draw < 0.55 ? "url" : draw < 0.75 ? "form" : draw < 0.97 ? "lazy" : "urlall"]!(value);
}

const pairsOf = (text: string): string[] => (text === "" ? [] : text.split("&"));
const joinPairs = (pairs: readonly string[]): string => pairs.join("&");

/** The pairs with one value replaced, or with a new pair where there are none or (one time in four) anyway. */
function withPair(random: Random, text: string, name: string, encoded: string): string {
  const pairs = pairsOf(text);
  if (pairs.length === 0 || random.next() < 0.25) {
    pairs.splice(random.below(pairs.length + 1), 0, `${name}=${encoded}`);
  } else {
    const at = random.below(pairs.length);
    pairs[at] = `${pairs[at]!.split("=", 1)[0]}=${encoded}`;
  }
  return joinPairs(pairs);
}

function placeInQuery(random: Random, request: Request, value: string, name: string): Request {
  return { ...request, query: withPair(random, request.query, name, queryEncoded(random, value)) };
}

function placeInPath(random: Random, path: string, value: string): string {
  const segments = path.split("/");
  const encoded = queryEncoded(random, value).replaceAll("?", "%3F").replaceAll("+", "%20");
  segments[1 + random.below(Math.max(segments.length - 1, 1))] = encoded;
  return segments.join("/");
}

function placeInCookie(random: Random, request: Request, value: string, name: string): Request {
  const encoded = random.next() < 0.7 ? encodings["url"]!(value) : headerSafe(value).replaceAll(";", "%3B");
  const cookies = (request.headers["Cookie"] ?? "").split("; ").filter((cookie) => cookie !== "");
  if (cookies.length === 0 || random.next() < 0.5) cookies.push(`${name}=${encoded}`);
  else {
    const at = random.below(cookies.length);
    cookies[at] = `${cookies[at]!.split("=", 1)[0]}=${encoded}`;
  }
  return { ...request, headers: { ...request.headers, Cookie: cookies.join("; ") } };
}

const headerNames = [
  "User-Agent",
  "User-Agent",
  "Referer",
  "Referer",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Requested-With",
  "X-Api-Key",
  "X-Search",
  "X-Comment",
  "Accept-Language",
  "Authorization",
  "Origin",
  "X-Custom",
  "From",
] as const;

function placeInHeader(random: Random, request: Request, value: string): Request {
  const name = headerNames[random.below(headerNames.length)]!;
  const text = headerSafe(value);
  const before = request.headers[name] ?? "";
  const draw = random.next();
  const content =
    name === "Referer" && draw < 0.7
      ? `https://${request.headers["Host"] ?? "localhost"}/?q=${queryEncoded(random, value)}`
      : before !== "" && draw < 0.3
        ? `${before} ${text}`
        : text;
  return { ...request, headers: { ...request.headers, [name]: content } };
}

/** Header values hold no line breaks: they are encoded. */
const headerSafe = (value: string): string =>
  value.replace(/[\r\n\0]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

function placeInBody(random: Random, request: Request, value: string, name: string): Request {
  const type = request.headers["Content-Type"] ?? "";
  // Some clients send JSON under the content type of forms, which spares them a preflight request.
  const json = withJsonString(random, request.body, value, name);
  if (json !== undefined) return { ...request, body: json };
  if (request.body !== "" && type.startsWith("application/x-www-form-urlencoded"))
    return { ...request, body: withPair(random, request.body, name, encodings["form"]!(value)) };
  return newBody(random, request, value, name);
}

/** A request that had no body, or one that holds no pairs, sends the value in a body of a common form. */
function newBody(random: Random, request: Request, value: string, name: string): Request {
  const method = random.next() < 0.8 ? "POST" : "PUT";
  const draw = random.next();
  if (draw < 0.45)
    return withBody(
      request,
      method,
      "application/x-www-form-urlencoded",
      `${name}=${encodings["form"]!(value)}`,
    );
  if (draw < 0.8)
    return withBody(
      request,
      method,
      "application/json",
      JSON.stringify({ [name]: value, id: random.below(10_000) }),
    );
  if (draw < 0.88) {
    const element = /^[a-z]+$/i.test(name) ? name : "value";
    const body = `<?xml version="1.0" encoding="UTF-8"?><request><${element}>${encodings["html"]!(value)}</${element}></request>`;
    return withBody(request, method, "application/xml", body);
  }
  if (draw < 0.97) {
    const boundary = `----WebKitFormBoundary${random.below(1_000_000_000)}`;
    const body = `--${boundary}\r\nContent-Disposition: form-data; name="${name.replaceAll('"', "")}"\r\n\r\n${value}\r\n--${boundary}--\r\n`;
    return withBody(request, method, `multipart/form-data; boundary=${boundary}`, body);
  }
  return withBody(request, method, "text/plain", value);
}

function withBody(request: Request, method: string, type: string, body: string): Request {
  return { ...request, method, headers: { ...request.headers, "Content-Type": type }, body };
}

/** The JSON text with one of its strings replaced, or undefined where it is no JSON. */
function withJsonString(random: Random, text: string, value: string, name: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const visit = (holder: Record<string, unknown>): void => {
    for (const [key, item] of Object.entries(holder)) {
      if (typeof item === "string" || typeof item === "number") places.push({ holder, key });
      else if (typeof item === "object" && item !== null) visit(item as Record<string, unknown>);
    }
  };
  if (typeof json !== "object" || json === null) return undefined;
  visit(json as Record<string, unknown>);
  if (places.length === 0 || random.next() < 0.15) {
    if (Array.isArray(json)) return undefined;
    (json as Record<string, unknown>)[name] = value;
  } else {
    const { holder, key } = places[random.below(places.length)]!;
    holder[key] = value;
  }
  return JSON.stringify(json);
}
