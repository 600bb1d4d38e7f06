/** The same FTW tests against a WAF with CRS alone and against one with the plugin in shadow, compared request by request. */
import { startBackend } from "../../testbed/backend.ts";
import { findCrs } from "../../testbed/crs.ts";
import { startFakeVerdictServer } from "../../testbed/fake-verdict-server.ts";
import { type FtwResult, ftwSettings, runFtwTests } from "../../testbed/ftw/run.ts";
import { type FtwStage, readFtwTests } from "../../testbed/ftw/tests.ts";
import type { Pair } from "../../testbed/matrix.ts";
import { startWaf, type WafOptions } from "../../testbed/waf.ts";

/** What the comparison found. */
export interface ShadowComparison {
  /** Tests that pass with CRS alone. */
  readonly passedAlone: number;
  /** Those of them that fail beside the plugin, with what they complain of. */
  readonly regressions: readonly string[];
  /** Requests whose status, matched CRS rules or CRS scores differ, whether or not a test looks at them. */
  readonly differences: readonly string[];
  /** How many questions the verdict server was asked; 0 would mean that the plugin did nothing. */
  readonly asked: number;
}

/** CRS's own tests: every `step`-th of them, so that a sample goes through all rule files. */
export async function sampleCrsTests(step: number): Promise<readonly FtwStage[]> {
  const { testsDirectory } = await findCrs("4");
  if (testsDirectory === undefined) throw new Error("this release of CRS comes without tests");
  return (await readFtwTests(testsDirectory)).filter((_, index) => index % step === 0);
}

/** Compares; the verdict server says "pass" to everything, which in any mode but shadow would lift alarms. */
export async function compareInShadow(
  { engine, crs }: Pair,
  mode: string,
  stages: readonly FtwStage[],
): Promise<ShadowComparison> {
  const backend = await startBackend();
  const verdicts = await startFakeVerdictServer({ verdict: "pass" });
  const run = async (plugin: Pick<WafOptions, "plugin">) => {
    const waf = await startWaf({ engine, crs, upstream: backend.port, ...ftwSettings, ...plugin });
    try {
      return await runFtwTests(waf, stages);
    } finally {
      await waf.stop();
    }
  };
  const settings = {
    mode,
    shadow: 1,
    socket: verdicts.socket,
    deadline: 30_000,
    breaker_failures: 1_000_000,
  };
  try {
    const alone = await run({});
    const beside = await run({ plugin: { settings } });
    return { ...compare(alone, beside), asked: verdicts.asked.length };
  } finally {
    await verdicts.stop();
    await backend.stop();
  }
}

function compare(alone: readonly FtwResult[], beside: readonly FtwResult[]): Omit<ShadowComparison, "asked"> {
  const regressions: string[] = [];
  const differences: string[] = [];
  for (const [index, before] of alone.entries()) {
    const after = beside[index];
    if (after === undefined) throw new Error("the two runs have different lengths");
    if (before.complaints.length === 0 && after.complaints.length > 0) {
      regressions.push(`${after.name}: ${after.complaints.join("; ")}`);
    }
    const [was, is] = [describe(before), describe(after)];
    if (was !== is) differences.push(`${before.name}: ${was} became ${is}`);
  }
  return {
    passedAlone: alone.filter(({ complaints }) => complaints.length === 0).length,
    regressions,
    differences,
  };
}

/** Status, ids of CRS rules and the texts of the scoring rules, which state the sums. */
function describe({ status, ids, messages }: FtwResult): string {
  const crsIds = ids?.filter((id) => id < 9_529_000) ?? ["not logged"];
  const sums = messages
    .filter(({ id }) => [949110, 959100, 980130, 980170].includes(id))
    .map(({ message }) => message);
  return [status, crsIds.join(" "), ...sums].join(" | ");
}
