/**
 * Which pieces of text are ordinary where: for each parameter and each piece that a text model finds alarming, the
 * groups of sources that have sent it. One table of fixed size for all sites; a cell is 24 bits of the piece's hash and
 * one bit for each group of sources. Where a set of cells is full, the piece that the fewest sources know gives way.
 */
import { bitsSet, fewestSources, mix } from "./sources.ts";

/** Cells of a table, a power of two: 4 MB. */
export const tableCells = 1 << 20;
/** Cells in which a piece may stand. */
const ways = 4;
const sets = tableCells / ways;

/** Which reading of a text a piece belongs to: n-grams of its letters or tokens, or the signs of its structure. */
export type Reading = "letters" | "tokens" | "signs";
const readingSeed: Readonly<Record<Reading, number>> = {
  letters: 0x2545f491,
  tokens: 0x6c8e9cf5,
  signs: 0x1b873593,
};

/** A table; `learn` and `merge` change it. */
export class PieceTable {
  readonly cells: Uint32Array;

  constructor(cells = new Uint32Array(tableCells)) {
    this.cells = cells;
  }

  /** Notes that a source of `group` sent the piece `bucket` in the parameter of `key`. */
  learn(key: number, reading: Reading, bucket: number, group: number): void {
    const hash = pieceHash(key, reading, bucket);
    this.#add((hash & (sets - 1)) * ways, tagOf(hash, bucket), 1 << group);
  }

  /** True where enough groups of sources have sent the piece in this parameter. */
  isFamiliar(key: number, reading: Reading, bucket: number): boolean {
    const hash = pieceHash(key, reading, bucket);
    const first = (hash & (sets - 1)) * ways;
    const tag = tagOf(hash, bucket);
    for (let at = first; at < first + ways; at++) {
      const cell = this.cells[at]!;
      if (cell >>> 8 === tag && cell !== 0) return bitsSet[cell & 0xff]! >= fewestSources;
    }
    return false;
  }

  /** Adds what another table knows. In whatever order tables are merged, what both know ends up known by both. */
  merge(other: PieceTable): void {
    for (let at = 0; at < tableCells; at++) {
      const cell = other.cells[at]!;
      if (cell !== 0) this.#add(at - (at % ways), cell >>> 8, cell & 0xff);
    }
  }

  #add(first: number, tag: number, bits: number): void {
    const { cells } = this;
    let least = first;
    let fewest = Number.POSITIVE_INFINITY;
    for (let at = first; at < first + ways; at++) {
      const cell = cells[at]!;
      if (cell >>> 8 === tag && cell !== 0) {
        cells[at] = cell | bits;
        return;
      }
      const known = cell === 0 ? 0 : bitsSet[cell & 0xff]!;
      if (known < fewest) {
        fewest = known;
        least = at;
      }
    }
    // A piece of one source never drives out what several know.
    if (fewest <= bitsSet[bits]!) cells[least] = ((tag << 8) | bits) >>> 0;
  }
}

function pieceHash(key: number, reading: Reading, bucket: number): number {
  return mix(key ^ Math.imul(bucket + 1, readingSeed[reading]));
}

/** Bits of the piece that do not choose its set. */
function tagOf(hash: number, bucket: number): number {
  return mix(hash ^ Math.imul(bucket, 0x9e3779b1)) >>> 8;
}
