/**
 * A bounded memory of what was computed for texts that come again and again: two generations, of which the older one is
 * given up once the younger one is full. What is asked for again moves to the younger one.
 */
export class Recent<T> {
  readonly #limit: number;
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  /** At most `limit` texts in each of the two generations. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What `make` gave for this text, which is computed where it is not known. */
  get(text: string, make: () => T): T {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const value = this.#old.get(text) ?? make();
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, value);
    return value;
  }
}
