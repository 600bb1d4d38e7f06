/**
 * From a verdict request to its verdict: picks the site, keeps the deadline, asks the detector. Knows nothing of HTTP;
 * the verdict server and the gateway share it.
 */
import type { Logger } from "pino";
import type { Settings } from "../config/settings.ts";
import type { Detector } from "../detector/detector.ts";
import { ArbiterError } from "../errors.ts";
import { noPanel, type Panel } from "../foreign/panel.ts";
import { buildTransaction } from "../transaction/build.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Mode, Verdict } from "../verdict/verdict.ts";
import { createHearing } from "./hearing.ts";
import { type Learner, noLearner } from "./learner.ts";
import type { Metrics } from "./metrics.ts";
import { buildSites, type Site, type SiteTable, siteOf } from "./sites.ts";
import type { VerdictRequest } from "./verdict-request.ts";

/** A verdict and what it took: whole microseconds in transaction, features, models and decision. */
export interface Answer {
  readonly verdict: Verdict;
  readonly elapsedUs: number;
  /** Where models of the user's own are waited for: the answer to give in place of this one. Never rejects. */
  readonly heard?: Promise<Answer>;
}

/**
 * For which models an answer waits: for those with a vote, or for those in the shadow too, where the caller can be told of
 * them. All are asked in either case.
 */
export type WaitsFor = "votes" | "all";

/** Gives verdicts for all sites. */
export interface VerdictService {
  /** Judges a request that arrived at `arrivedMs` (monotonic). Never throws: a failure inside is `unavailable`. */
  answer(request: VerdictRequest, arrivedMs: number, waitsFor?: WaitsFor): Answer;
  /** Learns from a request that nobody asks about, off the path. Never throws. */
  learn(request: VerdictRequest): void;
  /** Swaps detectors, site settings and models of the user's own as a whole; throws and changes nothing where one is bad. */
  reload(settings: Settings, panel?: Panel): void;
}

/** What a service is made from. */
export interface ServiceOptions {
  readonly settings: Settings;
  /** Gives the detector of a file, undefined standing for the default one. */
  readonly loadDetector: (path: string | undefined) => Detector;
  /** Where requests go to be learnt from; left out, no site is known. */
  readonly learner?: Learner;
  /** Models of the user's own; left out, there are none. The service closes a panel that it no longer needs. */
  readonly panel?: Panel;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
}

/** A verdict, and the transaction that it is about where there is one. */
interface Judgement {
  readonly verdict: Verdict;
  readonly transaction?: Transaction;
}

/** How often the same trouble is written to the log, in milliseconds. */
const logIntervalMs = 10_000;

/** Makes the service. Throws what `loadDetector` throws. */
export function createService(options: ServiceOptions): VerdictService {
  const { learner = noLearner, metrics, log, nowMs } = options;
  let deadlineMs = options.settings.values["server.deadlineMs"];
  let table = sitesOf(options.settings, options.loadDetector, learner);
  const hearing = createHearing({ metrics, log, nowMs });
  let panel = options.panel ?? noPanel;
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

  const judge = (request: VerdictRequest, site: Site, mode: Mode): Judgement => {
    try {
      const transaction = buildTransaction({ ...request.parts, site: site.name });
      const verdict = site.detector.inspect(transaction, site.options[mode]);
      learner.take(request, (profiles) => site.detector.learn(transaction, profiles));
      return { verdict, transaction };
    } catch (error) {
      metrics.failure();
      if (nowMs() - loggedFailureMs > logIntervalMs) {
        loggedFailureMs = nowMs();
        log.error({ err: error, id: request.parts.id }, "a request could not be inspected");
      }
      return { verdict: unavailable(request, site, "the detector failed") };
    }
  };

  return {
    answer(request, arrivedMs, waitsFor = "votes") {
      const site = siteOf(table, request.site, request.parts.headers);
      const mode = request.mode ?? "second-opinion";
      const allowedMs = request.deadlineMs ?? deadlineMs;
      const startMs = nowMs();
      const { verdict, transaction }: Judgement =
        startMs - arrivedMs > allowedMs
          ? { verdict: unavailable(request, site, "the deadline had passed before the work began") }
          : judge(request, site, mode);
      const endMs = nowMs();
      const elapsedUs = Math.round((endMs - startMs) * 1000);
      const count = (given: Verdict): void =>
        metrics.verdict(site.name, mode, given, (nowMs() - arrivedMs) / 1000);
      if (request.unknownFields > 0) metrics.unknownFields(request.unknownFields);
      if (panel.models.length === 0 || transaction === undefined) {
        count(verdict);
        return { verdict, elapsedUs };
      }
      const heard = hearing(
        panel,
        transaction,
        verdict,
        (votes) => site.detector.inspect(transaction, { ...site.options[mode], votes }),
        allowedMs - (endMs - arrivedMs),
        waitsFor,
      );
      if (heard === undefined) {
        count(verdict);
        return { verdict, elapsedUs };
      }
      return {
        verdict,
        elapsedUs,
        heard: heard.then((final) => {
          count(final);
          return { verdict: final, elapsedUs: Math.round((nowMs() - startMs) * 1000) };
        }),
      };
    },
    learn(request) {
      const site = siteOf(table, request.site, request.parts.headers);
      learner.take(request, (profiles) =>
        site.detector.learn(buildTransaction({ ...request.parts, site: site.name }), profiles),
      );
    },
    reload(settings, nextPanel = noPanel) {
      table = sitesOf(settings, options.loadDetector, learner);
      deadlineMs = settings.values["server.deadlineMs"];
      const before = panel;
      panel = nextPanel;
      void before.close();
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
