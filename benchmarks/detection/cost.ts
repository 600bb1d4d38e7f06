/** What a verdict costs: the time of `inspect` on real requests, and on inputs of 64 KB made to be slow. */
import type { Detector } from "../../src/detector/detector.ts";
import { type Random, seededRandom } from "../../src/random.ts";
import { buildTransaction, type RequestParts } from "../../src/transaction/build.ts";

/**
 * Microseconds of one call of `inspect`, in one thread. Each request is measured once; the detector has seen every other one
 * before, and knows of the rest what a server would know.
 */
export interface Cost {
  readonly requests: number;
  readonly medianUs: number;
  readonly p99Us: number;
  readonly largeInputs: number;
  readonly largeMedianUs: number;
  readonly largeP999Us: number;
  /** Bytes of the detector's file. */
  readonly fileBytes: number;
}

/** How often every other request is judged before anything counts: compilers have settled then. */
const warmUpRounds = 3;
/** Inputs of 64 KB; the last in a thousand needs at least that many. */
const largeInputs = 2_000;
const largeBytes = 65_536;

/** Measures a detector whose file has `fileBytes`. */
export function measureCost(
  detector: Detector,
  requests: readonly RequestParts[],
  fileBytes: number,
  seed: number,
): Cost {
  const seen = requests.filter((_, index) => index % 2 === 0);
  for (let round = 0; round < warmUpRounds; round++) timesOf(detector, seen);
  const ordinary = timesOf(
    detector,
    requests.filter((_, index) => index % 2 === 1),
  );
  const large = timesOf(detector, makeLargeInputs(largeInputs, seed));
  return {
    requests: ordinary.length,
    medianUs: quantile(ordinary, 0.5),
    p99Us: quantile(ordinary, 0.99),
    largeInputs,
    largeMedianUs: quantile(large, 0.5),
    largeP999Us: quantile(large, 0.999),
    fileBytes,
  };
}

/** The value below which so much of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** The time of each request, in order. */
function timesOf(detector: Detector, requests: readonly RequestParts[]): readonly number[] {
  return requests.map(buildTransaction).map((transaction) => {
    const before = process.hrtime.bigint();
    detector.inspect(transaction);
    return Number(process.hrtime.bigint() - before) / 1000;
  });
}

/** What is repeated to fill an input: signs that open something, encodings in encodings, words of every language. */
const fillings: readonly ((random: Random) => string)[] = [
  (random) => String.fromCharCode(random.below(256)),
  (random) => "'\"`<>(){}[];|&$#%=\\/*-+ "[random.below(24)] as string,
  () => "'",
  () => "<",
  () => "{{",
  () => "../",
  () => "%25",
  () => "%2525253c",
  () => "&lt;&#x27;&amp;",
  () => "\\u003c\\x27",
  () => '{"a":[',
  () => "JTI3JTIwb3IlMjAxPTE=",
  () => "<a b='",
  () => "/*!50000",
  () => "${jndi:",
  () => "a=b&c[]=d&",
  (random) => ["select ", "union ", "script ", "passwd ", "eval(", "or 1=1 "][random.below(6)] as string,
  (random) => `${random.below(1_000_000)} `,
  (random) => "abcdefghijklmnopqrstuvwxyz "[random.below(27)] as string,
  () => "\xd1\x84\xd0\xb8\xd0\xbb\xd1\x8c\xd0\xbc ",
];

/** Where it is put. */
const containers: readonly ((text: string) => Omit<RequestParts, "method">)[] = [
  (text) => withBody("application/x-www-form-urlencoded", `p=${text}`),
  (text) => withBody("application/json", JSON.stringify({ p: text })),
  (text) => withBody("application/json", text),
  (text) => withBody("text/xml", `<a>${text}</a>`),
  (text) => withBody("text/plain", text),
  (text) =>
    withBody(
      "multipart/form-data; boundary=b",
      `--b\r\nContent-Disposition: form-data; name="p"\r\n\r\n${text}\r\n--b--\r\n`,
    ),
  (text) => ({ uri: `/?p=${text.replace(/[\0-\x20]/g, "+")}`, headers: [] }),
  (text) => ({ uri: "/", headers: [{ name: "Cookie", value: `a=${text}` }] }),
];

function withBody(type: string, text: string): Omit<RequestParts, "method"> {
  return {
    uri: "/",
    headers: [{ name: "Content-Type", value: type }],
    body: Buffer.from(text, "latin1"),
  };
}

/** Inputs of 64 KB, every filling in every container. The same seed gives the same inputs. */
export function makeLargeInputs(count: number, seed: number): readonly RequestParts[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const filling = fillings[index % fillings.length] as (random: Random) => string;
    const container = containers[Math.floor(index / fillings.length) % containers.length] as (
      text: string,
    ) => Omit<RequestParts, "method">;
    const pieces: string[] = [];
    for (let length = 0; length < largeBytes; ) {
      const piece = filling(random);
      pieces.push(piece);
      length += piece.length;
    }
    return { method: "POST", ...container(pieces.join("").slice(0, largeBytes)) };
  });
}
