/**
 * What alarms of CRS teach: how much each rule's word is worth, and where second opinion has to draw its line. Alarms are
 * another population than requests: nearly everything that reads harmless has been passed by CRS before anybody asks.
 */
import type { Evidence, EvidenceRow } from "../models/evidence.ts";
import { fitEvidence, scoreEvidence } from "../models/evidence.ts";
import { sigmoid } from "../models/logistic-regression.ts";
import type { MeasuredSecondOpinion } from "../verdict/operating-point.ts";
import { weightedThresholdKeeping } from "./metrics.ts";

/** One alarm of CRS on a labelled row. */
export interface Alarm {
  readonly source: string;
  readonly attack: boolean;
  /** Ids of the rules that matched. */
  readonly rules: readonly number[];
  /** Log-odds of the row under models that had not seen its source. */
  readonly logit: number;
  /** Alarms of one fold are scored by evidence from the others. */
  readonly fold: number;
}

/** What was learnt from the alarms. */
export interface LearntFromAlarms {
  readonly evidence: Evidence;
  /** Probability from which second opinion lets an alarm stand, to keep a share of the attacks in (0, 1]. */
  thresholdKeeping(share: number): number;
  /** What a threshold does with the alarms. */
  measure(threshold: number): MeasuredSecondOpinion;
}

/** A source counts as if it had at most this many alarms of a label. */
const sourceCap = 800;
/** Fewest alarms of each label from which anything is learnt. */
const fewestAlarms = 50;

/**
 * Learns from alarms. An attack whose probability is below `mislabelled`
 * even with the evidence of its rules is taken for wrongly labelled and does not count. Undefined where there are too few
 * alarms of a label.
 */
export function learnFromAlarms(alarms: readonly Alarm[], mislabelled: number): LearntFromAlarms | undefined {
  const attacks = alarms.filter(({ attack }) => attack);
  const benign = alarms.filter(({ attack }) => !attack);
  if (attacks.length < fewestAlarms || benign.length < fewestAlarms) return undefined;

  const weightOf = weighing(alarms);
  const fitOn = (rows: readonly Alarm[]): Evidence =>
    fitEvidence(
      rows.map(
        (alarm): EvidenceRow => ({
          offset: alarm.logit,
          signs: [...new Set(alarm.rules)],
          attack: alarm.attack,
          weight: weightOf(alarm),
        }),
      ),
    );
  const byFold = new Map<number, Evidence>();
  for (const { fold } of alarms)
    if (!byFold.has(fold)) byFold.set(fold, fitOn(alarms.filter((alarm) => alarm.fold !== fold)));
  const probabilityOf = (alarm: Alarm): number =>
    sigmoid(alarm.logit + scoreEvidence(byFold.get(alarm.fold)!, alarm.rules));

  const trusted = attacks.filter((alarm) => probabilityOf(alarm) >= mislabelled);
  const probabilities = Float64Array.from(trusted, probabilityOf);
  const weights = Float64Array.from(trusted, weightOf);
  const shareOf = (group: readonly Alarm[], threshold: number): number => {
    let all = 0;
    let above = 0;
    for (const alarm of group) {
      all += weightOf(alarm);
      if (probabilityOf(alarm) >= threshold) above += weightOf(alarm);
    }
    return above / all;
  };
  return {
    evidence: fitOn(alarms),
    thresholdKeeping: (share) => weightedThresholdKeeping(probabilities, weights, share),
    measure: (threshold) => ({
      falseAlarms: benign.length,
      attacks: trusted.length,
      left: shareOf(benign, threshold),
      kept: shareOf(trusted, threshold),
    }),
  };
}

/** Attacks and false alarms weigh the same in all, and no source more than its cap. */
function weighing(alarms: readonly Alarm[]): (alarm: Alarm) => number {
  const keyOf = ({ attack, source }: Alarm): string => `${attack} ${source}`;
  const counts = new Map<string, number>();
  for (const alarm of alarms) counts.set(keyOf(alarm), (counts.get(keyOf(alarm)) ?? 0) + 1);
  const raw = (alarm: Alarm): number => Math.min(1, sourceCap / counts.get(keyOf(alarm))!);
  const mass = { true: 0, false: 0 };
  for (const alarm of alarms) mass[`${alarm.attack}`] += raw(alarm);
  return (alarm) => (raw(alarm) * (alarms.length / 2)) / mass[`${alarm.attack}`];
}
