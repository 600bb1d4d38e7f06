/**
 * A model behind HTTP: a service of the user's own that answers one JSON question with one JSON answer, as
 * `docs/reference/model-protocol.md` describes. Whatever else it answers is no score.
 */
import { request as httpRequest, Agent as PlainAgent } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import { readToken } from "../config/load.ts";
import type { ModelSettings } from "../config/model-settings.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { createBreaker } from "./breaker.ts";
import type { ForeignModel, Opinion } from "./foreign-model.ts";
import {
  featureColumns,
  featureNames,
  inputOf,
  type ModelInput,
  type Reading,
  usualLength,
} from "./model-input.ts";

/** The version of questions and answers. */
const protocolVersion = 1;
/** Bytes of an answer; a score needs thirty. */
const answerBytes = 65_536;
/** Connections to one service; the breaker allows as many questions. */
const connections = 64;

/** Makes the model; nothing is asked yet. Throws `config_invalid`. `nowMs` is a monotonic clock in milliseconds. */
export function remoteModel(settings: ModelSettings, nowMs: () => number): ForeignModel {
  const url = new URL(settings.remote as string);
  const isTls = url.protocol === "https:";
  const agent = new (isTls ? TlsAgent : PlainAgent)({ keepAlive: true, maxSockets: connections });
  const request = isTls ? httpsRequest : httpRequest;
  const reading: Reading = {
    kind: settings.input ?? "row",
    columns: featureColumns(settings.features),
    length: settings.length ?? usualLength,
  };
  const token = settings.tokenFile === undefined ? undefined : readToken(settings.tokenFile);

  const ask = (question: Buffer, untilMs: number, isRepeated = false): Promise<Opinion> =>
    new Promise((resolve) => {
      const asked = request(url, {
        method: "POST",
        agent,
        headers: {
          "Content-Type": "application/json",
          "Content-Length": question.length,
          Accept: "application/json",
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
      });
      const settle = (opinion: Opinion): void => {
        clearTimeout(timer);
        resolve(opinion);
      };
      const giveUp = (opinion: Opinion): void => {
        settle(opinion);
        asked.destroy();
      };
      const timer = setTimeout(() => giveUp("late"), Math.max(0, untilMs - nowMs()));
      asked.on("error", () => {
        // A service may close a waiting connection at the moment in which it is used again (RFC 9110, section 9.2.2).
        if (asked.reusedSocket && !isRepeated && nowMs() < untilMs) {
          clearTimeout(timer);
          resolve(ask(question, untilMs, true));
        } else settle("unreachable");
      });
      asked.on("response", (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("error", () => settle("unreachable"));
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > answerBytes) giveUp("bad-reply");
          else chunks.push(chunk);
        });
        response.on("end", () =>
          settle(response.statusCode === 200 ? readAnswer(Buffer.concat(chunks)) : "failed"),
        );
      });
      asked.end(question);
    });

  const breaker = createBreaker(nowMs);
  return {
    score: (transaction, budgetMs) =>
      breaker(() => {
        const question = questionOf(settings.name, transaction, inputOf(transaction, reading), reading);
        return ask(question, nowMs() + budgetMs);
      }),
    async close() {
      agent.destroy();
    },
  };
}

function questionOf(model: string, { id }: Transaction, input: ModelInput, { columns }: Reading): Buffer {
  return Buffer.from(
    JSON.stringify({ version: protocolVersion, model, id: wellFormed(id), ...fieldsOf(input, columns) }),
  );
}

function fieldsOf(input: ModelInput, columns: readonly number[]): Readonly<Record<string, unknown>> {
  switch (input.kind) {
    case "row":
      return { row: Object.fromEntries(columns.map((column, i) => [featureNames[column], input.row[i]])) };
    case "text":
      return { text: input.texts[0] };
    case "values":
      return { values: input.texts };
    case "bytes":
      return { bytes: Buffer.from(input.bytes).toString("base64") };
  }
}

/** The caller's id as text; it comes as the bytes of the message. */
function wellFormed(id: string): string {
  return Buffer.from(id.slice(0, 256), "latin1").toString("utf8");
}

/** The score of `{"version":1,"score":0.5}`. */
function readAnswer(body: Buffer): Opinion {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString("utf8"));
  } catch {
    return "bad-reply";
  }
  if (typeof answer !== "object" || answer === null) return "bad-reply";
  const { version, score } = answer as { version?: unknown; score?: unknown };
  if (version !== protocolVersion || typeof score !== "number") return "bad-reply";
  return score >= 0 && score <= 1 ? score : "bad-reply";
}
