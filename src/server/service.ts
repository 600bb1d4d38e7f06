/**
 * From a verdict request to its verdict: picks the site, keeps the deadline, asks the detector. Knows nothing of HTTP;
 * the verdict server and the gateway share it.
 */
import type { Logger } from "pino";
import type { Settings } from "../config/settings.ts";
import type { Detector } from "../detector/detector.ts";
import { ArbiterError } from "../errors.ts";
import { buildTransaction } from "../transaction/build.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { type Learner, noLearner } from "./learner.ts";
import type { Metrics } from "./metrics.ts";
import { buildSites, type Site, type SiteTable, siteOf } from "./sites.ts";
import type { VerdictRequest } from "./verdict-request.ts";

/** A verdict and what it took: whole microseconds in transaction, features, models and decision. */
export interface Answer {
  readonly verdict: Verdict;
  readonly elapsedUs: number;
}

/** Gives verdicts for all sites. */
export interface VerdictService {
  /** Judges a request that arrived at `arrivedMs` (monotonic). Never throws: a failure inside is `unavailable`. */
  answer(request: VerdictRequest, arrivedMs: number): Answer;
  /** Learns from a request that nobody asks about, off the path. Never throws. */
  learn(request: VerdictRequest): void;
  /** Swaps detectors and site settings as a whole; throws and changes nothing where one of them is bad. */
  reload(settings: Settings): void;
}

/** What a service is made from. */
export interface ServiceOptions {
  readonly settings: Settings;
  /** Gives the detector of a file, undefined standing for the default one. */
  readonly loadDetector: (path: string | undefined) => Detector;
  /** Where requests go to be learnt from; left out, no site is known. */
  readonly learner?: Learner;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
}

/** How often the same trouble is written to the log, in milliseconds. */
const logIntervalMs = 10_000;

/** Makes the service. Throws what `loadDetector` throws. */
export function createService(options: ServiceOptions): VerdictService {
  const { learner = noLearner, metrics, log, nowMs } = options;
  let deadlineMs = options.settings.values["server.deadlineMs"];
  let table = sitesOf(options.settings, options.loadDetector, learner);
  let loggedFailureMs = Number.NEGATIVE_INFINITY;
  metrics.describeDetectors(() => detectorsOf(table));

  const unavailable = (request: VerdictRequest, site: Site, why: string): Verdict => ({
    id: request.parts.id ?? "",
    verdict: "unavailable",
    probability: 0,
    points: 0,
    attackType: null,
    reasons: [{ where: "arbiter", what: "-", why }],
    partial: true,
    model: site.detector.id,
  });

  const judge = (request: VerdictRequest, site: Site, mode: NonNullable<VerdictRequest["mode"]>): Verdict => {
    try {
      const transaction = buildTransaction({ ...request.parts, site: site.name });
      const verdict = site.detector.inspect(transaction, site.options[mode]);
      learner.take(request, (profiles) => site.detector.learn(transaction, profiles));
      return verdict;
    } catch (error) {
      metrics.failure();
      if (nowMs() - loggedFailureMs > logIntervalMs) {
        loggedFailureMs = nowMs();
        log.error({ err: error, id: request.parts.id }, "a request could not be inspected");
      }
      return unavailable(request, site, "the detector failed");
    }
  };

  return {
    answer(request, arrivedMs) {
      const site = siteOf(table, request.site, request.parts.headers);
      const mode = request.mode ?? "second-opinion";
      const startMs = nowMs();
      const verdict =
        startMs - arrivedMs > (request.deadlineMs ?? deadlineMs)
          ? unavailable(request, site, "the deadline had passed before the work began")
          : judge(request, site, mode);
      const endMs = nowMs();
      metrics.verdict(site.name, mode, verdict, (endMs - arrivedMs) / 1000);
      if (request.unknownFields > 0) metrics.unknownFields(request.unknownFields);
      return { verdict, elapsedUs: Math.round((endMs - startMs) * 1000) };
    },
    learn(request) {
      const site = siteOf(table, request.site, request.parts.headers);
      learner.take(request, (profiles) =>
        site.detector.learn(buildTransaction({ ...request.parts, site: site.name }), profiles),
      );
    },
    reload(settings) {
      table = sitesOf(settings, options.loadDetector, learner);
      deadlineMs = settings.values["server.deadlineMs"];
    },
  };
}

/** Builds the table of sites; every file is read once, however many sites use it. */
function sitesOf(
  settings: Settings,
  loadDetector: ServiceOptions["loadDetector"],
  { profiles }: Learner,
): SiteTable {
  const loaded = new Map<string | undefined, Detector>();
  const detectorOf = (sitePath: string | undefined): Detector => {
    const path = sitePath ?? settings.values["detector.model"];
    const detector = loaded.get(path) ?? loadDetector(path);
    loaded.set(path, detector);
    if (typeof detector.inspect !== "function") {
      throw new ArbiterError("model_invalid", `${path ?? "the default detector"} gives no detector`);
    }
    return detector;
  };
  return buildSites(settings.sites, detectorOf, settings.values["detector.preset"], profiles);
}

function* detectorsOf(table: SiteTable): Generator<{ site: string; model: string }> {
  for (const site of table.byName.values()) yield { site: site.name, model: site.detector.id };
}
