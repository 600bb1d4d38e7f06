import { describe, expect, it } from "vitest";
import {
  readMachineLearningPlugin,
  statusOfVerdict,
  writeMachineLearningScore,
} from "../../../src/server/protocols/machine-learning-plugin.ts";
import type { Verdict } from "../../../src/verdict/verdict.ts";

/** Builds the form as the plugin's own script does: by concatenation, with `$#$` for a quote in a value and nothing else. */
function form(
  path: string,
  args: readonly (readonly [string, string])[],
  files: readonly (readonly [string, string])[] = [],
): string {
  const table = (entries: typeof args) =>
    `{${entries.map(([name, value]) => `"${name}":"${value.replaceAll('"', "$#$")}"`).join(",")}}`;
  const sizes = files.map(([name]) => [name.replace("FILES", "FILES_SIZES"), "12"] as const);
  return `method=POST&path=${path}&args=${table(args)}&files=${table(files)}&sizes=${table(sizes)}&hour=09&day=3`;
}
const read = (body: string) => readMachineLearningPlugin(Buffer.from(body, "latin1")).parts;

describe("the dialect of the machine-learning plugin", () => {
  it("reads method, path, arguments and files", () => {
    const parts = read(
      form(
        "/a/b",
        [
          ["ARGS:q", 'say "hi"'],
          ["ARGS:r", ""],
        ],
        [["FILES:f", "x.php"]],
      ),
    );
    expect(parts).toMatchObject({
      method: "POST",
      uri: "/a/b",
      missing: ["headers", "body"],
      arguments: [
        { location: "engine", name: "q", value: 'say "hi"' },
        { location: "engine", name: "r", value: "" },
        { location: "file", name: "f", value: "x.php" },
      ],
    });
  });

  it("lets no value put on fields of its own", () => {
    const value = 'a&hour=99&day=9&method=FAKE&path=/x&args={"b":"c"}&files={}&sizes={"d":"1"}';
    const parts = read(form("/a", [["ARGS:q", value]]));
    expect(parts).toMatchObject({ method: "POST", uri: "/a" });
    expect(parts.arguments?.map((argument) => argument.value).join(" ")).toContain("method=FAKE");
  });

  it("loses no byte of a value that imitates the frame", () => {
    for (const value of [
      "&files={",
      '&sizes={"x":"1"}&hour=1&day=1',
      '","ARGS:z":"',
      '"}',
      "\\",
      "\n\n",
      "%26+&=",
      "\xff\x00",
    ]) {
      const shown = read(form("/p", [["ARGS:q", `EVIL${value}EVIL`]])).arguments ?? [];
      const all = shown.map((argument) => `${argument.name}${argument.value}`).join("");
      expect(all.split("EVIL").length - 1).toBeGreaterThanOrEqual(2);
    }
  });

  it("keeps a path that holds markers in the request target or the arguments", () => {
    const parts = read(form('/x&args={"q":"EVIL', [["ARGS:q", "1"]]));
    expect(`${parts.uri}${JSON.stringify(parts.arguments)}`).toContain("EVIL");
  });

  it.each([
    "",
    "method=GET",
    "method=GET&path=/",
    "a".repeat(1000),
    form("/", []).replace("&day=3", ""),
    form("/", []).replace("method=", ""),
  ])("refuses %j", (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: "bad_request" }));
  });

  it("writes scores that count the other way round: lower is worse", () => {
    const score = (probability: number) => Number(writeMachineLearningScore({ probability } as Verdict));
    expect(score(0)).toBe(5);
    expect(score(1)).toBe(-5);
    expect(score(0.5)).toBe(0);
    expect(score(0.9)).toBeLessThan(score(0.8));
    expect(writeMachineLearningScore({ verdict: "unavailable", probability: 0 } as Verdict)).toBe("");
  });

  it("lets a suspect pass and gives 503 where there is no verdict", () => {
    expect(statusOfVerdict).toEqual({ pass: 200, suspect: 200, attack: 401, unavailable: 503 });
  });
});
