/**
 * All models of the user's own, asked together about one request, each within its time.
 */
import type { ModelSettings } from "../config/model-settings.ts";
import { ArbiterError } from "../errors.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Vote } from "../verdict/opinion-pool.ts";
import type { ModelScore } from "../verdict/verdict.ts";
import type { ForeignModel, Opinion } from "./foreign-model.ts";
import { loadOnnxModel } from "./onnx-model.ts";
import { remoteModel } from "./remote-model.ts";

/** What a model said, and how long it took, in milliseconds. */
export interface Heard {
  readonly settings: ModelSettings;
  readonly opinion: Opinion;
  readonly tookMs: number;
}

/** The models in service. */
export interface Panel {
  readonly models: readonly ModelSettings[];
  /** Asks the models with this role, or all, in the order of the settings; each has its own time and at most `budgetMs`. Never rejects. */
  ask(
    role: ModelSettings["role"] | "any",
    transaction: Transaction,
    budgetMs: number,
  ): Promise<readonly Heard[]>;
  /** Lets the models finish what they were asked, and gives them up. */
  close(): Promise<void>;
}

/** No models at all. */
export const noPanel: Panel = { models: [], ask: async () => [], close: async () => {} };

/**
 * Loads all models, or none: throws what the first bad one throws, with its name. `nowMs` is a monotonic clock in
 * milliseconds.
 */
export async function openPanel(
  models: readonly ModelSettings[],
  nowMs: () => number = () => performance.now(),
): Promise<Panel> {
  const loaded = await Promise.allSettled(models.map((settings) => openModel(settings, nowMs)));
  const failed = loaded.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(
      loaded.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.close() : undefined)),
    );
    throw failed.reason;
  }
  const open = loaded.map((outcome) => (outcome as PromiseFulfilledResult<ForeignModel>).value);
  return panelOf(models, open, nowMs);
}

/** The panel of models that are already there; `open` is in the order of `models`. */
export function panelOf(
  models: readonly ModelSettings[],
  open: readonly ForeignModel[],
  nowMs: () => number,
): Panel {
  const seats = models.map((settings, index) => ({ settings, model: open[index] as ForeignModel }));
  const asking = new Set<Promise<unknown>>();
  const track = <T>(answer: Promise<T>): Promise<T> => {
    asking.add(answer);
    const done = (): boolean => asking.delete(answer);
    answer.then(done, done);
    return answer;
  };
  return {
    models,
    ask: (role, transaction, budgetMs) =>
      track(
        Promise.all(
          seats
            .filter(({ settings }) => role === "any" || settings.role === role)
            .map(async ({ settings, model }): Promise<Heard> => {
              const startMs = nowMs();
              const opinion = await model.score(transaction, Math.min(budgetMs, settings.timeoutMs));
              return { settings, opinion, tookMs: nowMs() - startMs };
            }),
        ),
      ),
    async close() {
      await Promise.allSettled(asking);
      await Promise.all(open.map((model) => model.close()));
    },
  };
}

/** The say of those that have one. */
export function votesOf(heard: readonly Heard[]): readonly Vote[] {
  return heard.flatMap(({ settings: { name, role, weight }, opinion }) =>
    role === "vote" && typeof opinion === "number" ? [{ name, score: opinion, weight }] : [],
  );
}

/** What a verdict shows of a model. */
export function modelScoreOf({ settings: { name, role }, opinion }: Heard): ModelScore {
  return typeof opinion === "number"
    ? { name, role, score: opinion }
    : { name, role, score: null, failure: opinion };
}

async function openModel(settings: ModelSettings, nowMs: () => number): Promise<ForeignModel> {
  try {
    if (settings.remote !== undefined) return remoteModel(settings, nowMs);
    return await loadOnnxModel(settings, nowMs);
  } catch (cause) {
    if (!(cause instanceof ArbiterError)) throw cause;
    throw new ArbiterError(cause.code, `the model ${settings.name}: ${cause.message}`, { cause });
  }
}
