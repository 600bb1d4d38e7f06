/**
 * FTW tests, CRS's format for regression tests of rules: YAML files of one rule each, with requests and what the log
 * must and must not say about them. Our plugin's tests have the same format.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

/** One request of a test and what is expected of it. */
export interface FtwStage {
  /** Such as "942100-3", with "/2" and so on for the later stages of one test. */
  readonly name: string;
  readonly input: FtwInput;
  readonly output: FtwOutput;
}

/** The request; what is missing gets FTW's defaults. */
export interface FtwInput {
  readonly method?: string;
  readonly uri?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly data?: string;
  /** The whole request in base64, instead of all of the above. */
  readonly encoded_request?: string;
  /** Whether Connection, Content-Type and Content-Length are added. Default: true. */
  readonly autocomplete_headers?: boolean;
}

/** The expectation; what is missing is not looked at. */
export interface FtwOutput {
  readonly status?: number;
  readonly expect_error?: boolean;
  readonly response_contains?: string;
  readonly log_contains?: string;
  readonly no_log_contains?: string;
  readonly log?: {
    readonly expect_ids?: readonly number[];
    readonly no_expect_ids?: readonly number[];
    readonly match_regex?: string;
    readonly no_match_regex?: string;
  };
}

interface FtwFile {
  readonly meta?: { readonly enabled?: boolean };
  readonly rule_id?: number;
  readonly tests?: readonly {
    readonly test_id: number;
    readonly stages: readonly ({ readonly stage: Unnamed } | Unnamed)[];
  }[];
}

type Unnamed = Omit<FtwStage, "name">;

/** Reads all tests in the YAML files of a folder and the folders in it, in the order of their names. */
export async function readFtwTests(directory: string): Promise<readonly FtwStage[]> {
  const entries = await readdir(directory, { recursive: true });
  const files = entries.filter((file) => /\.ya?ml$/.test(file)).sort();
  const stages = await Promise.all(
    files.map(async (file) =>
      toStages(file, parse(await readFile(path.join(directory, file), "utf8")) as FtwFile | null),
    ),
  );
  return stages.flat();
}

function toStages(file: string, content: FtwFile | null): readonly FtwStage[] {
  if (content === null || content.meta?.enabled === false) return [];
  const { rule_id, tests } = content;
  const rule = rule_id ?? path.basename(file).replace(/\.ya?ml$/, "");
  return (tests ?? []).flatMap(({ test_id, stages }) =>
    stages.map((stage, index) => {
      const { input, output } = "stage" in stage ? stage.stage : stage;
      return { name: `${rule}-${test_id}${index === 0 ? "" : `/${index + 1}`}`, input, output };
    }),
  );
}
