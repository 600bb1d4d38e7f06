/**
 * The dialect of the CRS machine-learning plugin: `POST /` with fields in a fixed order,
 * `method=…&path=…&args={"ARGS:q":"…"}&files={…}&sizes={…}&hour=…&day=…`, whose values are not encoded; a double quote
 * in a value arrives as `$#$`. A visitor's input can therefore hold every marker of the format, so the message is cut
 * at the outermost markers only: what cannot be told apart is still inspected as content of some value.
 */
import { ArbiterError } from "../../errors.ts";
import type { Parameter } from "../../transaction/transaction.ts";
import type { Verdict } from "../../verdict/verdict.ts";
import type { VerdictRequest } from "../verdict-request.ts";

/** HTTP status for each verdict: the plugin's client takes 200 for "let it through" and everything else for "no". */
export const statusOfVerdict = { pass: 200, suspect: 200, attack: 401, unavailable: 503 } as const;

const method = /^method=([A-Za-z0-9!#$%'*+.^_`|~-]{1,64})&path=/;
const tail = /&hour=([0-9]{0,2})&day=([0-9]{0,2})$/;

/** Reads one message, a byte string. Throws `bad_request` where the fixed frame is not there. */
export function readMachineLearningPlugin(message: Buffer): VerdictRequest {
  const body = message.toString("latin1");
  const start = method.exec(body.slice(0, 96));
  const end = tail.exec(body.slice(-32));
  const contentStart = start?.[0].length ?? 0;
  const contentEnd = body.length - (end?.[0].length ?? 0);
  const sizes = body.lastIndexOf("&sizes={", contentEnd);
  const files = sizes < 0 ? -1 : body.lastIndexOf("&files={", sizes);
  const args = body.indexOf("&args={", contentStart);
  if (start === null || end === null || args < 0 || files < args || sizes >= contentEnd) {
    throw new ArbiterError(
      "bad_request",
      "the form must hold method, path, args, files, sizes, hour and day in this order",
    );
  }
  const found: Parameter[] = [
    ...readTable(body.slice(args + "&args=".length, files), "engine"),
    ...readTable(body.slice(files + "&files=".length, sizes), "file"),
  ];
  return {
    parts: {
      id: "",
      method: start[1] as string,
      uri: body.slice(contentStart, args),
      headers: [],
      arguments: found,
      missing: ["headers", "body"],
    },
    site: undefined,
    // The message says nothing of CRS: there is no alarm that a second opinion could be about.
    mode: "general",
    deadlineMs: undefined,
    unknownFields: 0,
  };
}

/**
 * The score as this dialect writes it: from 5 (surely benign) to −5 (surely an attack), lower is worse. It counts the
 * other way round than probabilities do, as the scores of scikit-learn's outlier detectors. Without a verdict there is
 * no score: the text is empty, as it is for a client that reached no server.
 */
export function writeMachineLearningScore(verdict: Verdict): string {
  if (verdict.verdict === "unavailable") return "";
  return String(Math.round((5 - 10 * verdict.probability) * 1000) / 1000);
}

/** Reads `{"NAME":"VALUE","NAME":"VALUE"}`. Only `":"` and `","` divide; a text that has neither shape becomes one value. */
function readTable(text: string, location: "engine" | "file"): Parameter[] {
  if (text === "{}" || text === "") return [];
  const isFramed = text.startsWith('{"') && text.endsWith('"}');
  const inner = isFramed ? text.slice(2, -2) : text;
  return inner.split('","').map((pair) => {
    const colon = pair.indexOf('":"');
    const name = colon < 0 ? "" : pair.slice(0, colon);
    const value = colon < 0 ? pair : pair.slice(colon + 3);
    return { location, name: name.replace(/^(?:ARGS|FILES):/, ""), value: value.replaceAll("$#$", '"') };
  });
}
