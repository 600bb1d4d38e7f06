/** Puts the value of an attack into a parameter of an ordinary request: the same endpoint, the same names, one value changed. */
import type { Random } from "../../src/random.ts";
import { buildTransaction, type RequestParts, splitTarget } from "../../src/transaction/build.ts";

/** The value that an attack is, where it is the only one in query or form: a byte string; undefined where there is none or more. */
export function payloadOf(request: RequestParts): string | undefined {
  const values = buildTransaction(request).parameters.filter(
    ({ location, value }) => (location === "query" || location === "form") && value !== "",
  );
  return values.length === 1 ? values[0]?.value : undefined;
}

/** A value that can be replaced: gives the request with another one in its place. */
type Place = (payload: string) => RequestParts;

/** The request with `payload`, a byte string, in place of one of its values; undefined where it has none to replace. */
export function placePayload(
  request: RequestParts,
  payload: string,
  random: Random,
): RequestParts | undefined {
  const places = [...queryPlaces(request), ...bodyPlaces(request)];
  return places.length === 0 ? undefined : (places[random.below(places.length)] as Place)(payload);
}

function queryPlaces(request: RequestParts): readonly Place[] {
  const { query } = splitTarget(request.uri);
  const head = request.uri.slice(0, request.uri.length - query.length);
  return pairPlaces(query).map((place) => (payload) => ({ ...request, uri: head + place(payload) }));
}

function bodyPlaces(request: RequestParts): readonly Place[] {
  const { body, headers } = request;
  if (body === undefined) return [];
  const type = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value.toLowerCase() ?? "";
  const text = Buffer.from(body).toString("latin1");
  const withText = (changed: string): RequestParts => withBody(request, Buffer.from(changed, "latin1"));
  if (type.startsWith("application/x-www-form-urlencoded"))
    return pairPlaces(text).map((place) => (payload) => withText(place(payload)));
  return type.startsWith("application/json") ? jsonPlaces(request, text) : [];
}

/** The values of `name=value` pairs that are not empty. */
function pairPlaces(text: string): readonly ((payload: string) => string)[] {
  const pairs = text.split("&");
  return pairs.flatMap((pair, index) => {
    const equals = pair.indexOf("=");
    if (equals < 1 || equals === pair.length - 1) return [];
    return (payload: string) =>
      pairs.with(index, pair.slice(0, equals + 1) + percentEncode(payload)).join("&");
  });
}

/** The texts at the top of a JSON object. */
function jsonPlaces(request: RequestParts, text: string): readonly Place[] {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
  } catch {
    return [];
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) return [];
  return Object.entries(content)
    .filter(([, value]) => typeof value === "string")
    .map(([name]) => (payload) => {
      const changed = { ...content, [name]: Buffer.from(payload, "latin1").toString("utf8") };
      return withBody(request, Buffer.from(JSON.stringify(changed), "utf8"));
    });
}

function withBody(request: RequestParts, body: Uint8Array): RequestParts {
  const headers = request.headers.map(({ name, value }) =>
    name.toLowerCase() === "content-length" ? { name, value: String(body.length) } : { name, value },
  );
  return { ...request, headers, body };
}

/** Encodes every byte that is not unreserved (RFC 3986, section 2.3), as browsers' forms do. */
function percentEncode(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9._~-]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
