import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelFolder } from "../../foreign/model-settings.ts";
import { call } from "../../server/raw-client.ts";
import { runCommand, startCommand } from "../run-command.ts";

const traffic = `${modelFolder}traffic.jsonl`;
const { expected } = JSON.parse(readFileSync(`${modelFolder}scores.json`, "utf8")) as {
  expected: Record<string, number[]>;
};
interface Line {
  readonly id: string;
  readonly probability: number;
  readonly models?: readonly { name: string; role: string; score: number }[];
}
const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

describe("models of the user's own", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-models-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const config = (models: object, name = "arbiter.yaml"): string => {
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify({ models }));
    return path;
  };
  const boosting = { onnx: `${modelFolder}boosting.onnx` };

  it("appear in what inspect writes, and change the probability by their vote alone", () => {
    const inspect = (models: object): Line[] => {
      const { status, stdout, stderr } = runCommand(["inspect", "--config", config(models), traffic]);
      expect([status, stderr]).toEqual([0, ""]);
      return linesOf(stdout);
    };
    const plain = linesOf(runCommand(["inspect", traffic]).stdout);
    const watched = inspect({ mine: boosting });
    expect(plain[0]).not.toHaveProperty("models");
    expect(watched.map(({ models, ...line }) => line)).toEqual(plain);
    for (const [at, { models }] of watched.entries())
      expect(Math.abs(models![0]!.score - expected["boosting"]![at]!)).toBeLessThan(1e-5);
    const voted = inspect({ mine: { ...boosting, role: "vote", weight: 0.5 } });
    const logit = (p: number): number => Math.log(p / (1 - p));
    for (const [at, { probability, models }] of voted.entries()) {
      const vote = Math.max(-6.9, Math.min(6.9, logit(models![0]!.score)));
      expect(logit(probability)).toBeCloseTo((logit(plain[at]!.probability) + vote) / 2, 1);
    }
  });

  it("are measured by evaluate, each alone", () => {
    const { status, stdout } = runCommand([
      "evaluate",
      "--json",
      "--config",
      config({ mine: boosting }),
      traffic,
    ]);
    expect(status).toBe(0);
    const { overall, models } = JSON.parse(stdout) as {
      overall: { auc: number };
      models: Record<string, { overall: { auc: number } }>;
    };
    expect(models["mine"]!.overall.auc).toBeGreaterThan(0.9);
    expect(models["mine"]!.overall.auc).not.toBe(overall.auc);
  });

  it("keep a server from starting where they are bad, and leave the old ones in service on a reload", async () => {
    const bad = config({ mine: { onnx: `${modelFolder}zipmap.onnx` } });
    const refused = runCommand(["serve", "--config", bad, "--listen", "127.0.0.1:0"]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /the model mine: .*zipmap\.onnx: .*"zipmap": False.*\(foreign_model_invalid\)/,
    );

    const path = config({ mine: boosting });
    const running = await startCommand(["serve", "--config", path, "--listen", "127.0.0.1:0"]);
    try {
      const port = Number(running.addresses[0]?.split(":").at(-1));
      const body = JSON.stringify({ id: "a", deadlineMs: 60_000, method: "GET", uri: "/?p=1", headers: [] });
      const modelsOf = async () =>
        (
          JSON.parse(
            (await call(port, { headers: { "Content-Type": "application/json" }, body })).text,
          ) as Line
        ).models;
      expect(await modelsOf()).toMatchObject([{ name: "mine", role: "shadow" }]);
      config({ other: { onnx: `${modelFolder}external.onnx` } });
      running.process.kill("SIGHUP");
      await running.untilLogged("the reload was refused");
      expect(await modelsOf()).toMatchObject([{ name: "mine" }]);
      config({ other: { ...boosting, role: "vote" } });
      running.process.kill("SIGHUP");
      await running.untilLogged('"reloaded"');
      expect(await modelsOf()).toMatchObject([{ name: "other", role: "vote" }]);
      running.process.kill("SIGTERM");
      expect(await running.ended).toBe(0);
    } finally {
      running.process.kill("SIGKILL");
    }
  });
});

describe("docs/guides/bring-your-model.md", () => {
  const guide = readFileSync(new URL("../../../docs/guides/bring-your-model.md", import.meta.url), "utf8");
  const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
    kind: kind!,
    text: text!,
  }));
  const hasPython = spawnSync("python3", ["--version"]).status === 0;

  /**
   * Runs every command of the guide in one shell. Fitting needs libraries that are not everywhere: there `python3` and `pip`
   * are stood in for, and the fitted files are those of `scripts/reference/onnx-models.py`.
   */
  it.skipIf(!hasPython)(
    "runs from beginning to end",
    async () => {
      const directory = mkdtempSync(join(tmpdir(), "arbiter-guide-"));
      const program = (name: string, text: string): void => {
        writeFileSync(join(directory, "bin", name), `#!/bin/sh\n${text}\n`);
        chmodSync(join(directory, "bin", name), 0o755);
      };
      const port = await freePort();
      try {
        mkdirSync(join(directory, "bin"));
        const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
        program("arbiter", `exec "${process.execPath}" "${main}" "$@"`);
        program("npm", "exit 0");
        program("pip", "exit 0");
        const python = spawnSync("sh", ["-c", "command -v python3"], { encoding: "utf8" }).stdout.trim();
        program(
          "python3",
          `case "$1" in
fit_rows.py) cp "${modelFolder}boosting.onnx" "$3" ;;
fit_texts.py) cp "${modelFolder}words.onnx" "$3" ;;
fit_bytes.py) cp "${modelFolder}network.onnx" "$3" ;;
*) exec "${python}" "$@" ;;
esac`,
        );
        copyFileSync(traffic, join(directory, "traffic.jsonl"));
        for (const { kind, text } of blocks) {
          const name = /^# (\S+\.(?:py|yaml))\n/.exec(text)?.[1];
          if (kind === "python" || kind === "yaml")
            writeFileSync(join(directory, name!), text.replaceAll("9000", String(port)));
        }
        const script = blocks
          .filter(({ kind }) => kind === "sh")
          .map(({ text }) =>
            text.replaceAll("9000", String(port)).replace(/ &$/gm, ' & started="$started $!"'),
          )
          .join("\n");
        const { status, stderr } = await shell(
          `set -eu\nstarted=\ntrap 'kill $started' EXIT\n${script}`,
          directory,
          `${join(directory, "bin")}:${process.env["PATH"]}`,
        );
        expect([status, stderr]).toEqual([0, expect.not.stringContaining("arbiter:")]);

        const textOf = (name: string): string => readFileSync(join(directory, name), "utf8");
        expect(textOf("rows.csv").split("\n").length).toBe(expected["boosting"]!.length + 2);
        const verdict = JSON.parse(textOf("verdict.json")) as Line;
        expect(verdict.models?.map(({ name, role }) => `${name} ${role}`)).toEqual([
          "boosting shadow",
          "words shadow",
          "network shadow",
        ]);
        for (const name of ["boosting", "words", "network"])
          expect(textOf("metrics.txt")).toMatch(
            new RegExp(`arbiter_model_(?:score_count|failures_total)\\{model="${name}"`),
          );
        const comparison = JSON.parse(textOf("comparison.json")) as { models: Record<string, object> };
        expect(Object.keys(comparison.models)).toEqual(["boosting", "words", "network"]);
        for (const line of linesOf(textOf("remote.jsonl")))
          expect([0.02, 0.97]).toContain(line.models?.[0]?.score);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    600_000,
  );

  it("gives every Python file and settings file a name", () => {
    for (const { kind, text } of blocks)
      if (kind === "python" || kind === "yaml") expect(text).toMatch(/^# \S+\.(?:py|yaml)\n/);
    expect(blocks.filter(({ kind }) => kind === "sh").length).toBeGreaterThan(5);
  });
});

async function shell(
  script: string,
  cwd: string,
  path: string,
): Promise<{ status: number | null; stderr: string }> {
  const child = spawn("sh", ["-c", script], {
    cwd,
    env: { PATH: path, HOME: cwd },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, stderr };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
