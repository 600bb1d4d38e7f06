/**
 * Keeps the application profiles of a server: learns from what it was asked about, and saves what it has learnt. Off the
 * path: a lesson only waits in a bounded queue, one is taken in each turn of the event loop, and when the queue is
 * full lessons are dropped and counted.
 */
import { renameSync } from "node:fs";
import type { Logger } from "pino";
import { loadProfiles, saveProfiles } from "../config/load-profiles.ts";
import { Profiles } from "../profiles/profiles.ts";
import type { Metrics } from "./metrics.ts";
import { type VerdictRequest, weightOf } from "./verdict-request.ts";

/** What one request teaches; false where it teaches nothing. */
export type Lesson = (profiles: Profiles) => boolean;

/** What verdicts are given with, and where lessons go. */
export interface Learner {
  /** The profiles in service; undefined where there are none. */
  readonly profiles: Profiles | undefined;
  /** Takes the lesson of a request, or drops it. Returns at once; nothing of the lesson is done yet. */
  take(request: VerdictRequest, lesson: Lesson): void;
  /** Learns what waits, saves, and learns no more. */
  stop(): Promise<void>;
}

/** Knows nothing and learns nothing. */
export const noLearner: Learner = { profiles: undefined, take() {}, stop: () => Promise.resolve() };

/** What a learner is made from. */
export interface LearnerOptions {
  /** The file of profiles; undefined does without. */
  readonly file: string | undefined;
  /** True where profiles are used and stay as they are. */
  readonly frozen: boolean;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Lessons that may wait, and the bytes of their requests. */
const queueLimit = 256;
const queueBytesLimit = 8 * 1_048_576;
/** A larger request teaches nothing that a smaller one would not, and would hold up the others. */
const largestLesson = 131_072;
/** How often what was learnt is saved, in milliseconds. */
const saveEveryMs = 60_000;

/**
 * Reads the profiles and begins to learn. Never throws: profiles that cannot be read are put aside as `FILE.bad` and
 * learnt anew, for no file of them is worth a server that does not start.
 */
export async function startLearner(options: LearnerOptions): Promise<Learner> {
  const { file, frozen, metrics, log } = options;
  if (file === undefined) return noLearner;

  const profiles = await loadProfiles(file).catch((error: unknown) => {
    const { code, message } = error as { code?: string; message?: string };
    log.error(
      { code, reason: message },
      "the profiles cannot be read: every site is judged as an unknown one",
    );
    if (!frozen) putAside(file, log);
    return new Profiles();
  });
  if (frozen) return { ...noLearner, profiles };

  const queue: { readonly bytes: number; readonly lesson: Lesson }[] = [];
  let queuedBytes = 0;
  let isScheduled = false;
  let saved = profiles.requests;
  let saving = Promise.resolve();

  const learnNext = (): void => {
    const next = queue.shift();
    if (next === undefined) return;
    queuedBytes -= next.bytes;
    try {
      metrics.lesson(next.lesson(profiles) ? "learnt" : "refused");
    } catch (error) {
      metrics.failure();
      log.error({ err: error }, "a request could not be learnt from");
    }
  };
  const schedule = (): void => {
    if (isScheduled || queue.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      learnNext();
      schedule();
    });
  };
  const save = (): Promise<void> => {
    if (profiles.requests === saved) return saving;
    saved = profiles.requests;
    saving = saving
      .then(() => saveProfiles(file, profiles))
      .catch((error: unknown) => {
        saved = -1;
        log.error({ reason: (error as Error).message }, "what was learnt is not saved");
      });
    return saving;
  };
  const timer = setInterval(save, saveEveryMs).unref();

  return {
    profiles,
    take(request, lesson) {
      const bytes = weightOf(request);
      if (bytes > largestLesson || queue.length >= queueLimit || queuedBytes + bytes > queueBytesLimit) {
        metrics.lesson("dropped");
        return;
      }
      queuedBytes += bytes;
      queue.push({ bytes, lesson });
      schedule();
    },
    async stop() {
      clearInterval(timer);
      while (queue.length > 0) learnNext();
      await save();
    },
  };
}

function putAside(file: string, log: Logger): void {
  try {
    renameSync(file, `${file}.bad`);
  } catch (error) {
    log.error({ err: error, file }, "the unreadable profiles cannot be put aside");
  }
}
