/**
 * The traffic of all benchmarks: requests as browsers send them, about 1.5 KB each, no two alike, the same for the same
 * seed. A measurement that repeats one request flatters every cache and branch predictor on its way.
 */
import { type Random, seededRandom } from "../src/random.ts";
import type { Header } from "../src/transaction/transaction.ts";

/** One request, ASCII only; `fields` are the arguments in its query or body, which some dialects send apart. */
export interface BrowserRequest {
  readonly method: string;
  readonly uri: string;
  readonly path: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly headers: readonly Header[];
  readonly body: string;
}

/** What the values hold: everyday text, or text that makes CRS raise an alarm although nobody means harm. */
export type Tone = "ordinary" | "alarming";

const words =
  `about after again always answer arrive autumn balcony basket before bicycle bottle bread bright broken brown
  budget camera candle carpet chair cheap cheese choice church clean clock cloud coffee corner cotton country cousin
  daily dinner doctor dozen early evening family favorite field finger flower forest friend garden gentle glass golden
  green handle happy harbor heavy hidden holiday honest house hundred island jacket kitchen ladder large letter light
  little lovely lunch market meadow middle minute monday morning mountain museum narrow nearly nephew notebook number
  ocean office orange outside painter parcel patient pepper picture pillow planet pleasant pocket potato pretty purple
  quiet rabbit railway recipe record river rocket rubber saddle sample school season second shadow shelf silver simple
  sister spoon station street sugar summer sunny supper sweater table teacher thank thunder ticket together tomato
  travel tuesday umbrella uncle useful valley velvet village violin walnut warm water weather weekend window winter
  wooden yellow yesterday`.split(/\s+/);

/** Sentences from handbooks and forums which contain what the rules of CRS look for. */
const alarming: readonly ((random: Random) => string)[] = [
  (random) => `why is "select * from orders where id = ${random.below(1000)} or 1=1 -- " wrong`,
  (random) => `I put <script>alert(${random.below(100)})</script> into the page and nothing shows`,
  (random) => `then run ; cat /etc/passwd | grep user${random.below(50)} and look`,
  (random) => `my template says <img src=x onerror=alert(${random.below(100)})> at the end`,
  (random) => `' union select name, price from products where id=${random.below(1000)} -- `,
];

const browsers: readonly string[] = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
  "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0",
];

/** Bytes that the query or body is filled up to; with the headers a request then has about 1,500 on the wire. */
const contentBytes = 640;

/** Makes `count` requests: half pages with a query, a third forms, the rest JSON. */
export function makeRequests(
  count: number,
  seed: number,
  tone: Tone = "ordinary",
): readonly BrowserRequest[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const draw = random.below(6);
    return draw < 3 ? page(random, tone) : draw < 5 ? form(random, tone) : json(random, tone);
  });
}

/** A request in full, as it goes over the wire. */
export function wireBytes(request: BrowserRequest): Buffer {
  const lines = [
    `${request.method} ${request.uri} HTTP/1.1`,
    ...request.headers.map(({ name, value }) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${request.body}`, "latin1");
}

function page(random: Random, tone: Tone): BrowserRequest {
  const fields = fieldsOf(random, tone, ["q", "category", "sort", "from", "note"]);
  const path = `/${pick(random, words)}/${pick(random, words)}/${random.below(100_000)}`;
  return {
    method: "GET",
    path,
    uri: `${path}?${encoded(fields)}`,
    fields,
    headers: headersOf(random),
    body: "",
  };
}

function form(random: Random, tone: Tone): BrowserRequest {
  const fields = fieldsOf(random, tone, ["title", "author", "city", "rating", "comment"]);
  const path = `/${pick(random, words)}/${random.below(100_000)}/comments`;
  return withBody(random, path, fields, "application/x-www-form-urlencoded", encoded(fields));
}

function json(random: Random, tone: Tone): BrowserRequest {
  const fields = fieldsOf(random, tone, ["name", "street", "city", "phone", "message"]);
  return withBody(
    random,
    `/api/${pick(random, words)}`,
    fields,
    "application/json",
    JSON.stringify(Object.fromEntries(fields)),
  );
}

function withBody(
  random: Random,
  path: string,
  fields: BrowserRequest["fields"],
  contentType: string,
  body: string,
): BrowserRequest {
  const headers = [
    ...headersOf(random),
    { name: "Origin", value: "http://www.shop.example" },
    { name: "Content-Type", value: contentType },
    { name: "Content-Length", value: String(Buffer.byteLength(body)) },
  ];
  return { method: "POST", path, uri: path, fields, headers, body };
}

function fieldsOf(random: Random, tone: Tone, names: readonly string[]): BrowserRequest["fields"] {
  const values = [
    sentence(random, 20),
    pick(random, words),
    pick(random, words),
    String(random.below(10_000)),
  ];
  const used = values.join("").length;
  const opening = tone === "alarming" ? `${pick(random, alarming)(random)} ` : "";
  const last = opening + sentence(random, Math.max(40, contentBytes - used - opening.length));
  return names.map((name, index) => [name, values[index] ?? last] as const);
}

function headersOf(random: Random): readonly Header[] {
  return Object.entries({
    Host: "www.shop.example",
    "User-Agent": pick(random, browsers),
    Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": pick(random, ["en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.6", "fr-FR,fr;q=0.8,en;q=0.5"]),
    "Accept-Encoding": "gzip, deflate, br, zstd",
    Referer: `http://www.shop.example/${pick(random, words)}/${pick(random, words)}?page=${random.below(40)}`,
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Upgrade-Insecure-Requests": "1",
    Cookie: `session=${token(random, 32)}; theme=${pick(random, ["light", "dark"])}; seen=${random.below(1_000_000)}`,
  }).map(([name, value]) => ({ name, value }));
}

/** Words up to `length` characters; letters, digits and blanks alone, so that every dialect can carry it unescaped. */
function sentence(random: Random, length: number): string {
  let text = pick(random, words);
  while (text.length < length)
    text += ` ${random.below(12) === 0 ? random.below(2000) : pick(random, words)}`;
  return text.slice(0, length).trimEnd();
}

function token(random: Random, length: number): string {
  const digits = "0123456789abcdef";
  return Array.from({ length }, () => digits[random.below(16)]).join("");
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)] as T;
}

function encoded(fields: BrowserRequest["fields"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of fields) parameters.append(name, value);
  return parameters.toString();
}
