import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, startBackend } from "../../testbed/backend.ts";
import { startFakeVerdictServer } from "../../testbed/fake-verdict-server.ts";
import { fieldPairs, fieldValue } from "../../testbed/fields.ts";
import { type FtwResult, ftwSettings, runFtwTests } from "../../testbed/ftw/run.ts";
import { isFullMatrix, pairs } from "../../testbed/matrix.ts";
import { startWaf } from "../../testbed/waf.ts";
import { sampleCrsTests } from "./shadow-comparison.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.stop());

/**
 * The alarms of CRS's request rules. Ids below 910,000 are the engine's and CRS's own bookkeeping; from 949,000 on rules
 * state sums or look at the reply, which comes after the question. A line without a text leaves open whether its rule
 * matched: ModSecurity 2 writes one when a pattern gives up, libmodsecurity 3 one for a chain with multiMatch (942131),
 * be it that the whole chain matched or its beginning alone. Such a rule is not compared for that request.
 */
function loggedAlarms({ messages }: FtwResult): { certain: readonly number[]; open: ReadonlySet<number> } {
  const alarms = messages.filter(({ id }) => id >= 910_000 && id < 949_000);
  const certain = new Set(alarms.filter(({ message }) => message !== "").map(({ id }) => id));
  const open = alarms.filter(({ id }) => !certain.has(id)).map(({ id }) => id);
  return { certain: [...certain].sort((a, b) => a - b), open: new Set(open) };
}

describe.each(pairs)("$title", ({ engine, crs }) => {
  // In shadow the question is asked after the response.
  it.each([
    { shadow: 0, hits: "actions" },
    { shadow: 1, hits: "actions" },
    { shadow: 0, hits: "copy" },
  ] as const)(
    "tells the verdict server the very rules that the audit log names: shadow $shadow, flags by $hits",
    async ({ shadow, hits }) => {
      const stages = await sampleCrsTests(isFullMatrix ? 1 : 7);
      const verdicts = await startFakeVerdictServer({ verdict: "pass" });
      const settings = {
        mode: "general",
        shadow,
        socket: verdicts.socket,
        deadline: 30_000,
        breaker_failures: 1_000_000,
      };
      const waf = await startWaf({
        engine,
        crs,
        upstream: backend.port,
        ...ftwSettings,
        plugin: { settings, hits },
      });
      try {
        const logged = (await runFtwTests(waf, stages)).filter(
          ({ transaction }) => transaction !== undefined,
        );
        expect(logged.length).toBeGreaterThan(500);
        const told = new Map(
          verdicts.asked.map(({ fields }) => [
            fieldValue(fields, "id"),
            fieldPairs(fields, "rule")
              .map(([id]) => Number(id))
              .sort((a, b) => a - b),
          ]),
        );
        // Apache answers a few requests, such as "OPTIONS *" and broken XML, without ever reaching the rules of phase 2.
        // None of them may have raised an alarm.
        expect(told.size).toBe(verdicts.asked.length);
        let compared = 0;
        let leftOpen = 0;
        const differences: unknown[] = [];
        for (const result of logged) {
          const { certain, open } = loggedAlarms(result);
          const ids = (told.get(result.transaction ?? "") ?? []).filter((id) => !open.has(id));
          compared += ids.length > 0 ? 1 : 0;
          leftOpen += open.size;
          if (ids.join() !== certain.join())
            differences.push({ name: result.name, told: ids, logged: certain });
        }
        expect(compared).toBeGreaterThan(500);
        expect(leftOpen).toBeLessThan(logged.length / 20);
        expect(differences).toEqual([]);
      } finally {
        await waf.stop();
        await verdicts.stop();
      }
    },
  );
});
