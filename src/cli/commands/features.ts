/** `arbiter features`: what models read of recorded requests, to fit models of one's own on. */
import { once } from "node:events";
import { Command, Option } from "commander";
import { ArbiterError } from "../../errors.ts";
import {
  featureColumns,
  featureNames,
  type InputKind,
  inputKinds,
  inputOf,
  type Reading,
  usualLength,
} from "../../foreign/model-input.ts";
import type { TrafficRow } from "../../traffic/traffic-row.ts";
import { transactionOf } from "../../traffic/traffic-row.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly input: InputKind;
  readonly length: string;
}

/** Columns of the table before the features. */
const rowHead = ["id", "source", "label", "attack_type"] as const;

/** The command `features`. */
export function featuresCommand(): Command {
  return new Command("features")
    .description(
      "write what models read of recorded requests: a row of numbers in CSV, or texts in JSON Lines",
    )
    .argument("<file...>", "traffic files, plain or gzip; - is standard input")
    .addOption(new Option("--input <kind>", "what is read").choices(inputKinds).default("row"))
    .option("--length <bytes>", "how many bytes are read, for bytes", String(usualLength))
    .action(write);
}

async function write(files: string[], options: Options): Promise<void> {
  const length = Number(options.length);
  if (!Number.isInteger(length) || length < 1 || length > 16_384)
    throw new ArbiterError("bad_value", "--length must be a whole number from 1 to 16384");
  const reading: Reading = { kind: options.input, columns: featureColumns(undefined), length };
  const say = async (line: string): Promise<void> => {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
  };
  process.stdout.on("error", endWhereUnread);
  if (options.input === "row") await say([...rowHead, ...featureNames].join(","));
  for await (const row of readTraffic(files)) await say(lineOf(row, reading));
}

function lineOf(row: TrafficRow, reading: Reading): string {
  const input = inputOf(transactionOf(row), reading);
  const head = { id: row.id, source: row.source, label: row.label ?? "", attack_type: row.attackType ?? "" };
  switch (input.kind) {
    case "row":
      return [...rowHead.map((name) => quoted(head[name])), ...input.row].join(",");
    case "text":
      return JSON.stringify({ ...head, text: input.texts[0] });
    case "values":
      return JSON.stringify({ ...head, values: input.texts });
    case "bytes":
      return JSON.stringify({ ...head, bytes: Buffer.from(input.bytes).toString("base64") });
  }
}

/** A field of CSV (RFC 4180). A mark is put before what a spreadsheet would take for a formula. */
function quoted(field: string): string {
  const safe = /^[=+\-@\t\r]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A reader that has seen enough, such as `head`, is no failure. */
function endWhereUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}
