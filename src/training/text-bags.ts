/**
 * Examples → what the text models are fitted on, and how much each example counts. A list that copies itself, or a carrier
 * that all attacks of one source share, is not to teach more than it knows.
 */
import type { TextBag } from "../models/fit-symbol-ngrams.ts";
import { isWideNet } from "../verdict/operating-point.ts";
import type { Example, ExampleText } from "./dataset.ts";

/** A source counts as if it had at most this many rows of a label, so that no list drowns the others. */
const sourceCap = 6000;
/** Weight of a rare text of ordinary requests, however many other texts its source has. */
const leastTextWeight = 0.2;
/** Most times that one text is shown in one pass. */
const mostShown = 64;
/** Fewest times that a text of a request with a false alarm of a narrow net is: it is what second opinion is asked about. */
const alarmingShown = 4;
/** A text that so many attacks of one source share is what carries them, not what they do. */
const carrierAttacks = 20;

/** One distinct text of ordinary requests. */
interface OrdinaryText {
  readonly text: Uint8Array;
  /** Where it was met first. */
  readonly source: string;
  /** Requests that hold it. */
  count: number;
  /** True where one of these raised an alarm. */
  isAlarming: boolean;
}

/**
 * The bags of one reading. Every distinct text of ordinary requests is a bag of its own, since each of them is
 * harmless, and is shown as often as the root of the number of requests that hold it, and more where CRS took one of them
 * for an attack; an attack is the bag of those of
 * its texts that no ordinary request holds, and that are not the carrier that its source sends all attacks in. So nobody
 * is blamed for the headers that all browsers send, or for those of one test tool.
 */
export function textBags(examples: readonly Example[], reading: "letters" | "tokens"): TextBag[] {
  const keyOf = (text: ExampleText): string => Buffer.from(text[reading]).toString("latin1");
  const ordinary = new Map<string, OrdinaryText>();
  const textsBySource = new Map<string, number>();
  for (const { attack, source, texts, alarms } of examples) {
    if (attack) continue;
    const isAlarming = alarms.some(({ level }) => !isWideNet(level));
    for (const text of texts) {
      const key = keyOf(text);
      const known = ordinary.get(key);
      if (known !== undefined) {
        known.count++;
        known.isAlarming ||= isAlarming;
        continue;
      }
      ordinary.set(key, { text: text[reading], source, count: 1, isAlarming });
      textsBySource.set(source, (textsBySource.get(source) ?? 0) + 1);
    }
  }
  const bags: TextBag[] = [];
  for (const { text, source, count, isAlarming } of ordinary.values()) {
    const weight = Math.min(1, Math.max(leastTextWeight, sourceCap / textsBySource.get(source)!));
    const bag = { texts: [text], attack: false, attackClass: -1, weight };
    // Repetition, not weight: AdaGrad takes steps of the same length whatever the scale of the loss.
    const often = Math.min(mostShown, Math.round(Math.sqrt(count)));
    for (let shown = isAlarming ? Math.max(alarmingShown, often) : often; shown > 0; shown--) bags.push(bag);
  }
  const attacksWith = new Map<string, number>();
  const carrierKey = (source: string, text: ExampleText): string => `${source}\n${keyOf(text)}`;
  for (const { attack, source, texts } of examples) {
    if (!attack) continue;
    for (const text of texts) {
      const key = carrierKey(source, text);
      attacksWith.set(key, (attacksWith.get(key) ?? 0) + 1);
    }
  }
  const weightOf = sourceWeights(examples);
  for (const example of examples) {
    if (!example.attack) continue;
    const suspects = example.texts.filter(
      (text) =>
        !ordinary.has(keyOf(text)) && attacksWith.get(carrierKey(example.source, text))! < carrierAttacks,
    );
    if (suspects.length > 0)
      bags.push({
        texts: suspects.map((text) => text[reading]),
        attack: true,
        attackClass: example.attackClass,
        weight: weightOf(example),
      });
  }
  return bags;
}

/** Weight of an example: 1, less where its source has more rows of its label than the cap. */
export function sourceWeights(examples: readonly Example[]): (example: Example) => number {
  const counts = new Map<string, number>();
  const keyOf = (example: Example): string => `${example.attack} ${example.source}`;
  for (const example of examples) counts.set(keyOf(example), (counts.get(keyOf(example)) ?? 0) + 1);
  return (example) => Math.min(1, sourceCap / counts.get(keyOf(example))!);
}
