/**
 * What the server counts. The path of a request adds to plain numbers; Prometheus's text is made from them when
 * somebody asks for it.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type Mode, modes, type Verdict, type VerdictWord } from "../verdict/verdict.ts";

const words: readonly VerdictWord[] = ["pass", "suspect", "attack", "unavailable"];
/** Upper bounds in seconds; the goal lies below the first few, a caller's deadline (50 ms) near the end. */
const latencyBuckets = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
];

/** Latencies that are kept until they are sorted into buckets, which in a row costs a fraction of what it does one by one. */
const latenciesHeld = 256;

const scoreBuckets = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

/** Who calls a request an attack or suspect: the detector and the model, neither of them, or only one. */
export type Agreement = "both" | "neither" | "only-own" | "only-model";

/** The counters of one process. Adding to them costs an array access; names are those of `docs/reference/verdict-protocol.md`. */
export interface Metrics {
  /** Counts a verdict; `seconds` from the arrival of the message to its verdict. */
  verdict(site: string, mode: Mode, verdict: Verdict, seconds: number): void;
  error(code: string): void;
  unknownFields(count: number): void;
  reload(outcome: "done" | "refused"): void;
  collected(outcome: "written" | "dropped"): void;
  lesson(outcome: "learnt" | "refused" | "dropped"): void;
  /** Counts the score in [0, 1] of a model of the user's own, and the seconds that it took. */
  modelScore(model: string, score: number, seconds: number, agreement: Agreement): void;
  /** Counts that such a model gave no score. */
  modelFailure(model: string, reason: string): void;
  /** A failure inside Arbiter that became `unavailable`. */
  failure(): void;
  /** Says which detector each site uses; read when metrics are. */
  describeDetectors(list: () => Iterable<{ site: string; model: string }>): void;
  /** Says what is arriving at the moment; read when metrics are. */
  describeLoad(load: () => { arriving: number; heldBytes: number }): void;
  /** Prometheus's text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes the metrics of one server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const verdicts = new Map<string, Uint32Array>();
  const partial = new Map<string, number>();
  const errors = new Map<string, number>();
  const reloads = new Map<string, number>();
  const collectedCounts = new Map<string, number>();
  const lessons = new Map<string, number>();
  let unknown = 0;
  let failures = 0;
  let load = () => ({ arriving: 0, heldBytes: 0 });
  let detectors: () => Iterable<{ site: string; model: string }> = () => [];

  new Counter({
    name: "arbiter_verdicts_total",
    help: "Verdicts by site, mode and word.",
    labelNames: ["site", "mode", "verdict"],
    registers,
    collect() {
      this.reset();
      for (const [site, counts] of verdicts) {
        for (let i = 0; i < counts.length; i++) {
          const mode = modes[Math.floor(i / words.length)] as string;
          if (counts[i])
            this.inc({ site, mode, verdict: words[i % words.length] as string }, counts[i] as number);
        }
      }
    },
  });
  const latency = new Histogram({
    name: "arbiter_verdict_seconds",
    help: "Time from the arrival of a message to its verdict.",
    buckets: latencyBuckets,
    registers,
    collect: () => observeLatencies(),
  });
  const latencies = new Float64Array(latenciesHeld);
  let held = 0;
  const observeLatencies = (): void => {
    for (const seconds of latencies.subarray(0, held)) latency.observe(seconds);
    held = 0;
  };
  counterOf(
    "arbiter_partial_total",
    "Verdicts on requests that could not be inspected fully.",
    "site",
    partial,
  );
  counterOf("arbiter_errors_total", "Refused messages by error code.", "code", errors);
  counterOf(
    "arbiter_reloads_total",
    "Reloads by outcome; a refused one left the old detector in service.",
    "outcome",
    reloads,
  );
  counterOf(
    "arbiter_collected_total",
    "Requests handed over for learning, by what became of them.",
    "outcome",
    collectedCounts,
  );
  counterOf(
    "arbiter_lessons_total",
    "Requests that application profiles could learn from, by what became of them.",
    "outcome",
    lessons,
  );
  new Counter({
    name: "arbiter_unknown_fields_total",
    help: "Fields of verdict requests that this release does not know.",
    registers,
    collect() {
      this.reset();
      this.inc(unknown);
    },
  });
  new Counter({
    name: "arbiter_failures_total",
    help: "Failures inside Arbiter that were answered with unavailable; each one is a bug.",
    registers,
    collect() {
      this.reset();
      this.inc(failures);
    },
  });
  const modelScores = new Histogram({
    name: "arbiter_model_score",
    help: "Scores of models of the user's own.",
    labelNames: ["model"],
    buckets: scoreBuckets,
    registers,
  });
  const modelSeconds = new Histogram({
    name: "arbiter_model_seconds",
    help: "Time that models of the user's own took for a score.",
    labelNames: ["model"],
    buckets: latencyBuckets,
    registers,
  });
  const modelFailures = new Counter({
    name: "arbiter_model_failures_total",
    help: "Requests on which a model of the user's own gave no score, by reason.",
    labelNames: ["model", "reason"],
    registers,
  });
  const modelAgreement = new Counter({
    name: "arbiter_model_agreement_total",
    help: "Who called a request an attack or suspect: the detector and the model, neither, or only one.",
    labelNames: ["model", "attack"],
    registers,
  });
  new Gauge({
    name: "arbiter_detector_info",
    help: "1 for the detector in service at each site.",
    labelNames: ["site", "model"],
    registers,
    collect() {
      this.reset();
      for (const { site, model } of detectors()) this.set({ site, model }, 1);
    },
  });
  new Gauge({
    name: "arbiter_messages_arriving",
    help: "Messages that have begun and not yet ended.",
    registers,
    collect() {
      this.set(load().arriving);
    },
  });
  new Gauge({
    name: "arbiter_held_bytes",
    help: "Bytes held for messages that have not yet ended.",
    registers,
    collect() {
      this.set(load().heldBytes);
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system CPU time spent, in seconds.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });

  function counterOf(name: string, help: string, label: string, counts: ReadonlyMap<string, number>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of counts) this.inc({ [label]: value }, count);
      },
    });
  }

  return {
    verdict(site, mode, verdict, seconds) {
      let counts = verdicts.get(site);
      if (counts === undefined) {
        counts = new Uint32Array(modes.length * words.length);
        verdicts.set(site, counts);
      }
      const at = modes.indexOf(mode) * words.length + words.indexOf(verdict.verdict);
      counts[at] = (counts[at] as number) + 1;
      if (verdict.partial) add(partial, site);
      latencies[held++] = seconds;
      if (held === latenciesHeld) observeLatencies();
    },
    error: (code) => add(errors, code),
    unknownFields(count) {
      unknown += count;
    },
    reload: (outcome) => add(reloads, outcome),
    collected: (outcome) => add(collectedCounts, outcome),
    lesson: (outcome) => add(lessons, outcome),
    modelScore(model, score, seconds, attack) {
      modelScores.observe({ model }, score);
      modelSeconds.observe({ model }, seconds);
      modelAgreement.inc({ model, attack });
    },
    modelFailure: (model, reason) => modelFailures.inc({ model, reason }),
    failure() {
      failures++;
    },
    describeDetectors(list) {
      detectors = list;
    },
    describeLoad(next) {
      load = next;
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
