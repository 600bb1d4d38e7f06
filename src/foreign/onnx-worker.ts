/**
 * The thread of one ONNX model: loads the runtime and the file, then answers one question at a time. A thread of its own,
 * since an inference cannot be interrupted and must hold up nobody else.
 */
import { parentPort, workerData } from "node:worker_threads";
import type * as Runtime from "onnxruntime-web";
import type { ModelSettings } from "../config/model-settings.ts";
import { ArbiterError, type ErrorCode } from "../errors.ts";
import type { Opinion } from "./foreign-model.ts";
import type { ModelInput, Reading } from "./model-input.ts";
import { type PlainTensor, type Signature, signatureOf } from "./onnx-signature.ts";

/** What the thread is started with. */
export interface WorkerStart {
  readonly settings: ModelSettings;
  readonly file: Uint8Array;
  /** Packages that may be the runtime, the preferred one first. */
  readonly runtimes: readonly string[];
}

/** A question; `untilMs` is the time since 1970 after which nobody waits for its answer. */
export interface Question {
  readonly id: number;
  readonly input: ModelInput;
  readonly untilMs: number;
}

/** What the thread says: once that it is ready or why not, then an answer for each question. */
export type WorkerWord =
  | { readonly ready: Reading }
  | { readonly refused: { code: ErrorCode; message: string } }
  | { readonly id: number; readonly opinion: Opinion };

interface Model {
  readonly runtime: typeof Runtime;
  readonly session: Runtime.InferenceSession;
  readonly signature: Signature;
}

const say = (word: WorkerWord): void => parentPort?.postMessage(word);

/** The first runtime that is installed. */
async function findRuntime(names: readonly string[]): Promise<typeof Runtime> {
  for (const name of names) {
    const module = (await import(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_MODULE_NOT_FOUND") return undefined;
      throw new ArbiterError("onnx_runtime_missing", `${name} cannot be loaded: ${error.message}`);
    })) as (typeof Runtime & { default?: typeof Runtime }) | undefined;
    if (module !== undefined) return module.InferenceSession === undefined ? module.default! : module;
  }
  throw new ArbiterError(
    "onnx_runtime_missing",
    `models in ONNX need a runtime: npm install ${names.at(-1)} in the folder where Arbiter is installed`,
  );
}

async function load({ settings, file, runtimes }: WorkerStart): Promise<Model> {
  const runtime = await findRuntime(runtimes);
  runtime.env.logLevel = "error";
  runtime.env.wasm.numThreads = 1;
  let session: Runtime.InferenceSession;
  try {
    session = await runtime.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  } catch (cause) {
    throw new ArbiterError("foreign_model_invalid", `the runtime refuses it: ${firstLine(cause)}`);
  }
  const signature = signatureOf(settings, session.inputMetadata, session.outputMetadata);
  return { runtime, session, signature };
}

async function answer({ runtime, session, signature }: Model, input: ModelInput): Promise<Opinion> {
  let worst: number | undefined;
  for (const { type, dims, data } of signature.tensorsOf(input)) {
    const tensor = new runtime.Tensor(type as "float32", data as Float32Array, dims);
    const outputs = await session.run({ [signature.input]: tensor }, [signature.output]);
    const score = signature.scoreOf(outputs[signature.output] as PlainTensor);
    if (score === undefined) return "bad-reply";
    worst = Math.max(worst ?? 0, score);
  }
  return worst ?? "bad-reply";
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error)
    .split("\n", 1)[0]!
    .slice(0, 300);
}

const now = (): number => performance.timeOrigin + performance.now();

try {
  const model = await load(workerData as WorkerStart);
  let turn: Promise<void> = Promise.resolve();
  parentPort?.on("message", ({ id, input, untilMs }: Question) => {
    turn = turn.then(async () => {
      const opinion = now() > untilMs ? "late" : await answer(model, input).catch((): Opinion => "failed");
      say({ id, opinion });
    });
  });
  say({ ready: model.signature.reading });
} catch (error) {
  const code = error instanceof ArbiterError ? error.code : "foreign_model_invalid";
  say({ refused: { code, message: firstLine(error) } });
}
