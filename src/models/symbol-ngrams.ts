/**
 * A linear model over hashed n-grams of symbols (characters or tokens) that scores a text by its worst window. A
 * window judged on its own cannot be diluted by what stands beyond it, and it is the piece that a reason shows. An n-gram
 * counts once in a window, and weights are bounded, so that no piece decides alone, whether repeated, added or removed
 * by an attacker (SecSVM: Demontis et al., "Yes, Machine Learning Can Be More Secure!", IEEE TDSC 2019). One head says
 * attack or not; one head for each class says which.
 */

/** A fitted model; nothing writes to its arrays after `fit`. */
export interface SymbolNgrams {
  /** Number of hash buckets, a power of two. */
  readonly buckets: number;
  /** Weight of each bucket for "attack", in units of `step`; positive is worse. Shape (buckets). */
  readonly weights: Int8Array;
  readonly step: number;
  readonly bias: number;
  readonly classes: number;
  /** Buckets of the class heads, a power of two, at most `buckets`: classes need less detail than the alarm itself. */
  readonly classBuckets: number;
  /** Weight of each class bucket for each class, in units of `classStep`. Shape (classBuckets, classes), row by row. */
  readonly classWeights: Int8Array;
  readonly classStep: number;
  /** Shape (classes). */
  readonly classBias: Float32Array;
}

/** The worst window of a text. */
export interface Window {
  /** Log-odds of "attack"; any number, higher is worse. */
  logit: number;
  /** First symbol, and one past the last. */
  start: number;
  end: number;
}

/** Symbols in a window: enough for the syntax of one injection, too few for the prose around it to weigh. */
export const windowSymbols = 48;
/** Distance of the last symbol of a window from its first one. */
const farthest = windowSymbols - 1;
/** n-grams of 2 to 5 symbols: four end at one position. */
export const ngramsPerPosition = 4;
/** A window with fewer n-grams is judged as if it had this many: a word or a few marks prove little. */
const fewestNgrams = 64;
/** Slots of the memory of recent n-grams: twenty for each n-gram of a window, so that clashes are rare. */
const recentBits = 12;
const recentSlots = 1 << recentBits;
/** Low bits of an entry of that memory, which hold a position; the others hold what the slot does not say of a bucket. */
const positionBits = 20;

/** Scratch memory of one thread; `scoreWindow` and `visitWindow` overwrite it. */
export interface NgramBuffers {
  /** Running sum of the contributions. */
  readonly sums: Float64Array;
  /** Which n-gram each slot counted last, and where, in one number: see `freshness`. */
  readonly recent: Int32Array;
  /** Position of the next text's first symbol, far enough from all before it. */
  clock: number;
}

/** Makes the scratch memory for texts of at most `maxSymbols` symbols, which is less than a million. */
export function ngramBuffers(maxSymbols: number): NgramBuffers {
  return {
    sums: new Float64Array(maxSymbols + 1),
    recent: new Int32Array(recentSlots),
    clock: windowSymbols,
  };
}

const fnvPrime = 0x01000193;

/** Mixes the high bits of a hash into the low ones, which choose the bucket. */
function bucketOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

/** One over the root of the number of n-grams, so that windows of all lengths compare (the L2 norm of a 0/1 vector). */
export function windowScale(symbols: number): number {
  return 1 / Math.sqrt(Math.max(fewestNgrams, symbols * ngramsPerPosition));
}

function advanceClock(buffers: NgramBuffers, length: number): number {
  if (buffers.clock + length >= 1 << positionBits) {
    buffers.recent.fill(0);
    buffers.clock = windowSymbols;
  }
  const base = buffers.clock;
  buffers.clock += length + windowSymbols;
  return base;
}

/**
 * 1 where an n-gram counts: the slot holds another one, or this one from further back than a window; else 0. Whoever counts
 * takes the slot. Entries of one n-gram differ by the distance of their positions, all others by more than any distance.
 * Without branches: whether an n-gram was seen just before is a coin toss, which no processor predicts.
 */
function freshness(recent: Int32Array, bucket: number, position: number): number {
  const slot = bucket & (recentSlots - 1);
  const entry = recent[slot]!;
  const distance = ((((bucket >>> recentBits) << positionBits) | position) - entry) | 0;
  const fresh = ((farthest - distance) | distance) >>> 31;
  recent[slot] = entry + Math.imul(distance, fresh);
  return fresh;
}

/** The weight of an n-gram where it counts, else 0. */
function contribution(
  weights: Int8Array | Float32Array,
  recent: Int32Array,
  bucket: number,
  position: number,
): number {
  return weights[bucket]! * freshness(recent, bucket, position);
}

/**
 * Finds the worst window of `symbols[0 … length - 1]` under `weights` (in units of `step`) and writes it to `into`.
 * Linear in `length`; allocates nothing.
 */
export function scoreWindow(
  model: { readonly weights: Int8Array | Float32Array; readonly step: number; readonly bias: number },
  symbols: Uint8Array,
  length: number,
  buffers: NgramBuffers,
  into: Window,
): void {
  const { weights } = model;
  const mask = weights.length - 1;
  const { sums, recent } = buffers;
  const base = advanceClock(buffers, length);
  let sum = 0;
  sums[0] = 0;
  sums[1] = 0;
  // The symbols before the one at `i`, nearest first, in registers. This loop is most of the cost of a verdict.
  let one = symbols[0]!;
  let two = 0;
  let three = 0;
  let four = 0;
  for (let i = 1; i < length; i++) {
    const position = base + i;
    const symbol = symbols[i]!;
    let hash = Math.imul(Math.imul(symbol + 1, fnvPrime) ^ one, fnvPrime);
    sum += contribution(weights, recent, bucketOf(hash, mask), position);
    if (i > 1) {
      hash = Math.imul(hash ^ two, fnvPrime);
      sum += contribution(weights, recent, bucketOf(hash, mask), position);
      if (i > 2) {
        hash = Math.imul(hash ^ three, fnvPrime);
        sum += contribution(weights, recent, bucketOf(hash, mask), position);
        if (i > 3) {
          hash = Math.imul(hash ^ four, fnvPrime);
          sum += contribution(weights, recent, bucketOf(hash, mask), position);
        }
      }
    }
    four = three;
    three = two;
    two = one;
    one = symbol;
    sums[i + 1] = sum;
  }
  takeWorst(model, length, sums, into);
}

/** Writes the worst window of `length` symbols to `into`, from the running sums of their contributions. */
function takeWorst(
  model: { readonly step: number; readonly bias: number },
  length: number,
  sums: Float64Array,
  into: Window,
): void {
  if (length <= windowSymbols) {
    into.logit = model.bias + sums[length]! * model.step * windowScale(length);
    into.start = 0;
    into.end = length;
    return;
  }
  let best = -Infinity;
  let bestEnd = windowSymbols;
  for (let end = windowSymbols; end <= length; end++) {
    const total = sums[end]! - sums[end - windowSymbols]!;
    if (total > best) {
      best = total;
      bestEnd = end;
    }
  }
  into.logit = model.bias + best * model.step * windowScale(windowSymbols);
  into.start = bestEnd - windowSymbols;
  into.end = bestEnd;
}

/**
 * As `scoreWindow`, but what would count for an attack counts nothing where `isFamiliar` says so of its bucket: the score
 * is never higher than that of `scoreWindow`. Asks once for each n-gram of positive weight.
 */
export function scoreUnfamiliar(
  model: SymbolNgrams,
  symbols: Uint8Array,
  length: number,
  buffers: NgramBuffers,
  into: Window,
  isFamiliar: (bucket: number) => boolean,
): void {
  const { sums } = buffers;
  let sum = 0;
  sums[0] = 0;
  let until = 0;
  visitNgrams(model, symbols, length, buffers, (bucket, position, weight) => {
    for (; until < position; until++) sums[until + 1] = sum;
    if (weight < 0 || !isFamiliar(bucket)) sum += weight;
  });
  for (; until < length; until++) sums[until + 1] = sum;
  takeWorst(model, length, sums, into);
}

/** Visits the n-grams of positive weight, each at least once. Linear in `length`. */
export function visitAlarming(
  model: SymbolNgrams,
  symbols: Uint8Array,
  length: number,
  buffers: NgramBuffers,
  visit: (bucket: number) => void,
): void {
  visitNgrams(model, symbols, length, buffers, (bucket, _position, weight) => {
    if (weight > 0) visit(bucket);
  });
}

/** Visits the n-grams that count in `scoreWindow`, in its order: those not seen within the window before them. */
function visitNgrams(
  { weights }: SymbolNgrams,
  symbols: Uint8Array,
  length: number,
  buffers: NgramBuffers,
  visit: (bucket: number, position: number, weight: number) => void,
): void {
  const mask = weights.length - 1;
  const { recent } = buffers;
  const base = advanceClock(buffers, length);
  for (let i = 0; i < length; i++) {
    const position = base + i;
    let hash = Math.imul(symbols[i]! + 1, fnvPrime);
    const first = i < ngramsPerPosition ? 0 : i - ngramsPerPosition;
    for (let j = i - 1; j >= first; j--) {
      hash = Math.imul(hash ^ symbols[j]!, fnvPrime);
      const bucket = bucketOf(hash, mask);
      if (freshness(recent, bucket, position) === 1) visit(bucket, i, weights[bucket]!);
    }
  }
}

/**
 * The worst window that ends in each stretch of `windowSymbols` of a text of `length` symbols that `scoreWindow` has just
 * scored with the same buffers, in order. A text of one window has that one.
 */
export function worstByStretch(
  model: { readonly step: number; readonly bias: number },
  length: number,
  { sums }: NgramBuffers,
): Window[] {
  const found: Window[] = [];
  const scale = model.step * windowScale(Math.min(length, windowSymbols));
  for (let from = 0; from < length; from += windowSymbols) {
    const until = Math.min(length, from + windowSymbols);
    const worst: Window = { logit: -Infinity, start: 0, end: 0 };
    for (let end = Math.max(from + 1, Math.min(length, windowSymbols)); end <= until; end++) {
      const start = Math.max(0, end - windowSymbols);
      const logit = model.bias + (sums[end]! - sums[start]!) * scale;
      if (logit <= worst.logit) continue;
      worst.logit = logit;
      worst.start = start;
      worst.end = end;
    }
    if (worst.end > 0) found.push(worst);
  }
  return found;
}

/**
 * Writes the distinct buckets of the window `symbols[start … end - 1]` to `into` and returns how many there are, at
 * most `windowSymbols × ngramsPerPosition`. An n-gram that begins before the window counts, as in `scoreWindow`.
 */
export function windowBuckets(
  mask: number,
  symbols: Uint8Array,
  start: number,
  end: number,
  buffers: NgramBuffers,
  into: Int32Array,
): number {
  const { recent } = buffers;
  const base = advanceClock(buffers, end - start);
  let count = 0;
  for (let i = start; i < end; i++) {
    let hash = Math.imul(symbols[i]! + 1, fnvPrime);
    const first = i < ngramsPerPosition ? 0 : i - ngramsPerPosition;
    for (let j = i - 1; j >= first; j--) {
      hash = Math.imul(hash ^ symbols[j]!, fnvPrime);
      const bucket = bucketOf(hash, mask);
      if (freshness(recent, bucket, base + i - start) === 1) into[count++] = bucket;
    }
  }
  return count;
}

/** Adds to `into`, shape (classes), the log-odds of each class for the given buckets of one window. */
export function scoreClasses(
  model: SymbolNgrams,
  buckets: Int32Array,
  count: number,
  symbols: number,
  into: Float64Array,
): void {
  const { classes, classWeights } = model;
  const classMask = model.classBuckets - 1;
  const scale = model.classStep * windowScale(symbols);
  for (let i = 0; i < count; i++) {
    const row = (buckets[i]! & classMask) * classes;
    for (let c = 0; c < classes; c++) into[c]! += classWeights[row + c]! * scale;
  }
  for (let c = 0; c < classes; c++) into[c]! += model.classBias[c]!;
}
