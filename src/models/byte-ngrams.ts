/**
 * Bytes as a vector of fixed length: hashed 2- and 3-grams (Weinberger et al.: "Feature Hashing for Large Scale Multitask
 * Learning", ICML 2009).
 */

const fnvPrime = 0x01000193;
const fnvBasis = 0x811c9dc5;

/**
 * Overwrites `vector`, whose length is a power of two, with the roots of the counts of the n-grams that fall into each
 * bucket, scaled to a length of 1: an n-gram that is said a hundred times counts ten times one that is said once. All 0 for
 * fewer than two bytes.
 */
export function fillByteNgrams(bytes: Uint8Array, vector: Float64Array): void {
  const mask = vector.length - 1;
  vector.fill(0);
  let previous = 0;
  for (let i = 1; i < bytes.length; i++) {
    const pair = next(next(fnvBasis, bytes[i - 1]!), bytes[i]!);
    vector[bucketOf(pair, mask)]! += 1;
    if (i > 1) vector[bucketOf(next(previous, bytes[i]!), mask)]! += 1;
    previous = pair;
  }
  // The squares of the roots are the counts, of which there are two for each byte but the first two.
  const count = 2 * bytes.length - 3;
  if (count < 1) return;
  for (let i = 0; i < vector.length; i++) if (vector[i]! > 0) vector[i] = Math.sqrt(vector[i]! / count);
}

/** One step of FNV-1a. */
function next(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, fnvPrime);
}

/** Mixes the high bits of a hash into the low ones, which choose the bucket. */
function bucketOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}
