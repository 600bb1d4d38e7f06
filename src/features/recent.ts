/**
 * A bounded memory of what was computed for texts that come again and again: a table of pairs of slots, of which a text may
 * stand in those of one pair. The one that came last stands first, and pushes the other one out where a third comes.
 */
export class Recent<T> {
  readonly #mask: number;
  readonly #texts: (string | undefined)[];
  readonly #values: (T | undefined)[];

  /** Remembers at most `limit` texts, a power of two. */
  constructor(limit: number) {
    this.#mask = limit - 1;
    this.#texts = new Array(limit).fill(undefined);
    this.#values = new Array(limit).fill(undefined);
  }

  /** What `make` gave for this text, which is computed where it is not known. */
  get(text: string, make: () => T): T {
    const first = slotOf(text) & this.#mask & ~1;
    if (this.#texts[first] === text) return this.#values[first]!;
    const second = first + 1;
    const value = this.#texts[second] === text ? this.#values[second]! : make();
    this.#texts[second] = this.#texts[first];
    this.#values[second] = this.#values[first];
    this.#texts[first] = text;
    this.#values[first] = value;
    return value;
  }
}

/** Characters of a text that say where it stands, evenly spaced: texts that agree in all of these share a pair of slots. */
const sampled = 16;

function slotOf(text: string): number {
  const step = Math.ceil(text.length / sampled);
  let hash = text.length;
  for (let i = text.length - 1; i >= 0; i -= step) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
