import { describe, expect, it } from "vitest";
import type { Opinion } from "../../src/foreign/foreign-model.ts";
import { modelScoreOf, noPanel, openPanel, panelOf, votesOf } from "../../src/foreign/panel.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import { modelSettings, onnxSettings } from "./model-settings.ts";

const transaction = buildTransaction({ method: "GET", uri: "/", headers: [] });
const remote = "http://127.0.0.1:1/";
const models = [
  modelSettings({ name: "a", remote, timeoutMs: 30 }),
  modelSettings({ name: "b", remote, role: "vote", weight: 0.4, timeoutMs: 500 }),
  modelSettings({ name: "c", remote, role: "vote", weight: 0.2 }),
];

function set(opinions: readonly Opinion[]) {
  const budgets: number[] = [];
  let closed = 0;
  const open = opinions.map((opinion) => ({
    score: async (_: unknown, budgetMs: number) => {
      budgets.push(budgetMs);
      return opinion;
    },
    close: async () => void closed++,
  }));
  return { panel: panelOf(models, open, () => 0), budgets, closed: () => closed };
}

describe("a panel", () => {
  it("asks each model within its own time and the caller's", async () => {
    const { panel, budgets } = set([0.1, 0.2, "late"]);
    await panel.ask("any", transaction, 80);
    expect(budgets).toEqual([30, 80, 80]);
  });

  it("asks models by their role, and tells what each said", async () => {
    const { panel } = set([0.1, 0.2, "late"]);
    const shadows = await panel.ask("shadow", transaction, 80);
    expect(shadows.map(modelScoreOf)).toEqual([{ name: "a", role: "shadow", score: 0.1 }]);
    const voters = await panel.ask("vote", transaction, 80);
    expect(voters.map(modelScoreOf)).toEqual([
      { name: "b", role: "vote", score: 0.2 },
      { name: "c", role: "vote", score: null, failure: "late" },
    ]);
  });

  it("gives a vote to voting models that have a score, and to no other", async () => {
    const heard = await set([0.9, 0.2, "late"]).panel.ask("any", transaction, 80);
    expect(votesOf(heard)).toEqual([{ name: "b", score: 0.2, weight: 0.4 }]);
  });

  it("closes its models after they have answered", async () => {
    let answer: (opinion: Opinion) => void = () => {};
    const order: string[] = [];
    const slow = {
      score: () => new Promise<Opinion>((resolve) => (answer = resolve)),
      close: async () => void order.push("closed"),
    };
    const panel = panelOf(models.slice(0, 1), [slow], () => 0);
    const asked = panel.ask("any", transaction, 80).then(() => order.push("answered"));
    const closing = panel.close();
    answer(0.5);
    await Promise.all([asked, closing]);
    expect(order).toEqual(["answered", "closed"]);
  });

  it("is opened whole or not at all, and names the bad model", async () => {
    const bad = onnxSettings("no-such-file", { name: "bad" });
    await expect(openPanel([models[0]!, bad])).rejects.toMatchObject({
      code: "io_failed",
      message: expect.stringContaining("the model bad: "),
    });
    await (await openPanel(models)).close();
  });

  it("may have no models", async () => {
    expect(await noPanel.ask("any", transaction, 80)).toEqual([]);
  });
});
