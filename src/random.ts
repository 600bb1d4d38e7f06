/**
 * Seeded random numbers: the only source of randomness in the project, so that the same seed and data give the same
 * model, byte for byte, on every machine. The generator is `sfc32` (Chris Doty-Humphrey, PractRand), seeded by
 * `splitmix32`; integer arithmetic only, hence no rounding differences between platforms.
 */
export interface Random {
  /** The next number in [0, 1), with 32 random bits. Advances the generator. */
  next(): number;
  /** An integer in [0, bound). `bound` is a positive integer below 2^32. Advances the generator. */
  below(bound: number): number;
  /** Shuffles the array in place (Fisher–Yates) and returns it. Advances the generator. */
  shuffle<T extends unknown[] | Int32Array | Uint32Array>(items: T): T;
}

/** Returns a generator for the seed, any integer; equal seeds give equal sequences. */
export function seededRandom(seed: number): Random {
  let mix = seed | 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let counter = 1;

  const uint32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();

  const next = (): number => uint32() / 4294967296;
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const held = items[i];
        items[i] = items[j] as never;
        items[j] = held as never;
      }
      return items;
    },
  };
}
