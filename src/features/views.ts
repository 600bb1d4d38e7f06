/**
 * The views of a value: as it stands once decoded, as an interpreter rewrites it, and what is nested in it. An application may
 * see any of them.
 */
import { decodeBase64, decodeFully } from "../transaction/decode.ts";
import { marks, marksOf } from "./marks.ts";
import { inflateBase64, nestedTexts } from "./nested.ts";
import { isPreferenceList } from "./preference-list.ts";
import { Recent } from "./recent.ts";
import { rewritingsOf } from "./rewritings/rewritings.ts";

/** How a text was found: as the value stands once decoded, rewritten as its interpreter would, or inside of the value. */
export const viewKinds = ["decoded", "rewritten", "nested"] as const;
export type ViewKind = (typeof viewKinds)[number];

/** The text inside a value that is base64 as a whole. */
export function innerText(value: string, isDeflated: boolean): string | undefined {
  return decodeBase64(value) ?? inflateBase64(value, isDeflated);
}

/**
 * A view, a byte string, and the bytes of it that are read: all, but for a long rewriting, of which only the surroundings of
 * what was changed are.
 */
export interface Part {
  readonly text: string;
  readonly from: number;
  readonly until: number;
}

/** All of a text. */
export function whole(text: string): Part {
  return { text, from: 0, until: text.length };
}

/** Length from which on a rewriting is read only where something was changed, and what is read around that. */
const shortestCut = 512;
const changeMargin = 192;

/** The part of a rewriting that holds all that was changed in `text`. */
function changedPart(text: string, rewritten: string): Part {
  if (rewritten.length < shortestCut) return whole(rewritten);
  const most = Math.min(text.length, rewritten.length);
  const before = longestCommon(most, (length) => text.startsWith(rewritten.slice(0, length)));
  const behind = longestCommon(most - before, (length) =>
    text.endsWith(rewritten.slice(rewritten.length - length)),
  );
  return {
    text: rewritten,
    from: Math.max(0, before - changeMargin),
    until: Math.min(rewritten.length, rewritten.length - behind + changeMargin),
  };
}

/** The largest of 0 … `most` for which something holds that holds for all smaller ones. */
function longestCommon(most: number, holds: (length: number) => boolean): number {
  let least = 0;
  let limit = most;
  while (least < limit) {
    const middle = Math.ceil((least + limit) / 2);
    if (holds(middle)) least = middle;
    else limit = middle - 1;
  }
  return least;
}

/** All views of one value or name. */
export interface Views {
  readonly decoded: readonly string[];
  readonly rewritten: readonly Part[];
  readonly nested: readonly string[];
  readonly exhausted: boolean;
}

const none: readonly never[] = [];

/** The views of a text that holds such characters; what is nested in it only where `isValue`. */
export function viewsOf(raw: string, holds: number, isValue: boolean, isDeflated: boolean): Views {
  const { text, rounds, exhausted } =
    (holds & marks.layer) === 0 ? { text: raw, rounds: 0, exhausted: false } : decodeFully(raw);
  const holdsDecoded = rounds > 0 ? marksOf(text) : holds;
  const inner = isValue ? innerText(text, isDeflated) : undefined;
  return {
    decoded: rounds > 0 && text.length < raw.length / 2 ? [text, raw] : [text],
    rewritten:
      (holdsDecoded & marks.disguise) === 0
        ? none
        : rewritingsOf(text).map((rewritten) => changedPart(text, rewritten)),
    nested: inner !== undefined ? [inner] : isValue ? nestedTexts(text, holdsDecoded) : none,
    exhausted,
  };
}

/** What a value holds, wherever it stands. */
export interface KnownValue {
  readonly holds: number;
  readonly isPreferences: boolean;
  readonly views: Views;
}

/** Values that are remembered, and the longest that is: 4 MB in all. */
const rememberedValues = 8_192;
const rememberedBytes = 256;
/** Headers, cookies, paths and many fields come again and again. */
const knownValues = new Recent<KnownValue>(rememberedValues);

/** What a value holds, computed once for one that comes again and again. */
export function knownValue(value: string): KnownValue {
  return value.length > rememberedBytes ? readValue(value) : knownValues.get(value, () => readValue(value));
}

function readValue(value: string): KnownValue {
  const holds = marksOf(value);
  return { holds, isPreferences: isPreferenceList(value), views: viewsOf(value, holds, true, false) };
}
