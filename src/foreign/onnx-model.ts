/**
 * A model in an ONNX file, as scikit-learn (through skl2onnx) and PyTorch write it. It runs in a thread of its own.
 */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { ModelSettings } from "../config/model-settings.ts";
import { ArbiterError } from "../errors.ts";
import { buildTransaction } from "../transaction/build.ts";
import { createBreaker } from "./breaker.ts";
import type { ForeignModel, Opinion } from "./foreign-model.ts";
import { inputOf, type ModelInput, type Reading } from "./model-input.ts";
import { checkOnnxFile, onnxFileLimit } from "./onnx-file.ts";
import type { Question, WorkerStart, WorkerWord } from "./onnx-worker.ts";

/** Runtimes in the order of preference: native code first, where somebody has installed it. */
const knownRuntimes = ["onnxruntime-node", "onnxruntime-web"] as const;

/** How long a model may take to load, and a question to be answered before its thread is taken for stuck. */
const loadingMs = 60_000;
const silenceMs = 10_000;
/** Loading is tried with a request that every site gets. */
const trial = buildTransaction({ method: "GET", uri: "/index.html?page=1", headers: [] });

/** How models are run; nobody but tests has a reason for other values. */
export interface ThreadOptions {
  /** Packages that may be the runtime, the preferred one first. */
  readonly runtimes: readonly string[];
  /** How long a thread may be silent before it is ended, in milliseconds. */
  readonly stuckMs: number;
}

/** A thread that has said it is ready. */
interface Running {
  readonly reading: Reading;
  readonly worker: Worker;
  ask(input: ModelInput, budgetMs: number): Promise<Opinion>;
}

/**
 * Loads the model and tries it once. `nowMs` is a monotonic clock in milliseconds. Throws `foreign_model_invalid`,
 * `onnx_runtime_missing`, `config_invalid` or `io_failed`; the message says which file and what was found in it.
 */
export async function loadOnnxModel(
  settings: ModelSettings,
  nowMs: () => number,
  { runtimes = knownRuntimes, stuckMs = silenceMs }: Partial<ThreadOptions> = {},
): Promise<ForeignModel> {
  const path = settings.onnx as string;
  const file = readOnnxFile(path);
  const start: WorkerStart = { settings, file, runtimes };
  let isClosed = false;
  let running: Running | undefined = await startThread(start, path, stuckMs);
  const tried = await running.ask(inputOf(trial, running.reading), loadingMs);
  if (typeof tried !== "number") {
    await running.worker.terminate();
    throw new ArbiterError(
      "foreign_model_invalid",
      tried === "bad-reply"
        ? `${path}: what it gives is no probability in [0, 1]: see \`gives\` and \`output\``
        : `${path}: it did not answer a first question (${tried})`,
    );
  }

  /** A thread that ended, or was ended for being stuck, is started anew by the next question that the breaker lets through. */
  let isStarting = false;
  const restart = (): void => {
    if (isStarting) return;
    isStarting = true;
    startThread(start, path, stuckMs)
      .then((next) => (isClosed ? void next.worker.terminate() : watch(next)))
      .catch(() => {})
      .finally(() => {
        isStarting = false;
      });
  };
  const watch = (next: Running): void => {
    running = next;
    next.worker.once("exit", () => {
      running = undefined;
    });
  };
  watch(running);

  const breaker = createBreaker(nowMs);
  return {
    score: (transaction, budgetMs) =>
      breaker(async () => {
        if (isClosed) return "failed";
        if (running !== undefined) return running.ask(inputOf(transaction, running.reading), budgetMs);
        restart();
        return "failed";
      }),
    async close() {
      isClosed = true;
      await running?.worker.terminate();
    },
  };
}

function readOnnxFile(path: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new ArbiterError("foreign_model_invalid", "it is not a regular file");
    if (stats.size > onnxFileLimit)
      throw new ArbiterError("foreign_model_invalid", `it is larger than ${onnxFileLimit} bytes`);
    const file = readFileSync(descriptor);
    checkOnnxFile(file);
    return file;
  } catch (cause) {
    if (cause instanceof ArbiterError)
      throw new ArbiterError(cause.code, `${path}: ${cause.message}`, { cause });
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ArbiterError("io_failed", `the model file ${path} cannot be read (${code})`, { cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The program of the thread lies beside this file, in TypeScript or compiled. */
const program = new URL(
  import.meta.url.endsWith(".ts") ? "./onnx-worker.ts" : "./onnx-worker.js",
  import.meta.url,
);

function startThread(start: WorkerStart, path: string, stuckMs: number): Promise<Running> {
  const worker = new Worker(program, { workerData: start });
  return new Promise((resolve, reject) => {
    const fail = (error: ArbiterError): void => {
      clearTimeout(timer);
      void worker.terminate();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new ArbiterError("foreign_model_invalid", `${path}: it is not loaded after a minute`)),
      loadingMs,
    );
    worker.once("error", (cause) =>
      fail(new ArbiterError("foreign_model_invalid", `${path}: its thread failed: ${cause.message}`)),
    );
    worker.once("message", (word: WorkerWord) => {
      if ("refused" in word) fail(new ArbiterError(word.refused.code, `${path}: ${word.refused.message}`));
      if (!("ready" in word)) return;
      clearTimeout(timer);
      const ask = questions(worker, stuckMs);
      // A thread that waits for questions keeps no process alive; a listener added later would undo this.
      worker.unref();
      resolve({ reading: word.ready, worker, ask });
    });
  });
}

/** Puts questions to a thread. Every one is answered: in time by the thread, else by the clock. */
function questions(worker: Worker, stuckMs: number): Running["ask"] {
  const waiting = new Map<number, (opinion: Opinion) => void>();
  let last = 0;
  let stuck: NodeJS.Timeout | undefined;
  const settle = (id: number, opinion: Opinion): void => {
    waiting.get(id)?.(opinion);
    waiting.delete(id);
  };
  const notStuck = (): void => {
    clearTimeout(stuck);
    stuck = undefined;
  };
  worker.on("message", (word: WorkerWord) => {
    if (!("id" in word)) return;
    notStuck();
    settle(word.id, word.opinion);
  });
  worker.on("error", () => {});
  worker.once("exit", () => {
    notStuck();
    for (const id of [...waiting.keys()]) settle(id, "failed");
  });
  return (input, budgetMs) =>
    new Promise((resolve) => {
      const id = ++last;
      const timer = setTimeout(() => settle(id, "late"), budgetMs);
      waiting.set(id, (opinion) => {
        clearTimeout(timer);
        resolve(opinion);
      });
      stuck ??= setTimeout(() => void worker.terminate(), stuckMs).unref();
      const untilMs = performance.timeOrigin + performance.now() + budgetMs;
      worker.postMessage({ id, input, untilMs } satisfies Question);
    });
}
