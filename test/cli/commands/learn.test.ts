import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadProfiles } from "../../../src/config/load-profiles.ts";
import { runCommand } from "../run-command.ts";
import { trafficFolder } from "./labelled-traffic.ts";

const folder = trafficFolder();
afterAll(folder.remove);

const request = (id: number, client: string) => ({
  id: `${id}`,
  method: "GET",
  path: "/search",
  query: `q=${encodeURIComponent("green river")}`,
  headers: { Host: "shop.example" },
  client,
});
const traffic = folder.write(
  "ordinary.jsonl",
  Array.from({ length: 60 }, (_, i) => `${JSON.stringify(request(i, `10.0.${i}.1`))}\n`).join(""),
);
const profilesAt = (name: string): string => join(traffic, "..", name);
const learn = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(["learn", "--model", folder.model, ...args]);

describe("arbiter learn", () => {
  test("makes the file, adds to it, and says what it has learnt", async () => {
    const profiles = profilesAt("a.profiles");
    const first = learn("--profiles", profiles, "--json", traffic);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(first.stdout)).toEqual({ learnt: 60, refused: 0, labelledAttacks: 0, sites: 1 });
    expect((await loadProfiles(profiles)).requests).toBe(60);
    expect(learn("--profiles", profiles, traffic).stdout).toBe(
      "learnt from 60 requests of 1 sites; 0 taught nothing (alarming or not fully readable), 0 are labelled as attacks\n",
    );
    expect((await loadProfiles(profiles)).requests).toBe(120);
  });

  test("leaves out what is labelled as an attack", () => {
    const outcome = learn("--profiles", profilesAt("b.profiles"), "--json", folder.traffic);
    const attacks = folder.rows.filter(({ label }) => label === "attack").length;
    expect(JSON.parse(outcome.stdout)).toMatchObject({ labelledAttacks: attacks });
  });

  test("adds the profiles of other nodes", async () => {
    const [one, two, both] = [
      profilesAt("one.profiles"),
      profilesAt("two.profiles"),
      profilesAt("both.profiles"),
    ];
    learn("--profiles", one, traffic);
    learn("--profiles", two, traffic);
    expect(learn("--profiles", both, "--merge", one, two).status).toBe(0);
    expect((await loadProfiles(both)).requests).toBe(120);
  });

  test("refuses a file that holds no profiles, and leaves it as it is", async () => {
    const bad = folder.write("bad.profiles", "no profiles");
    const outcome = learn("--profiles", bad, traffic);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("profiles_invalid");
    expect(existsSync(`${bad}.bad`)).toBe(false);
  });

  test("needs to know which profiles", () => {
    expect(learn(traffic).status).toBe(2);
  });

  test("changes what inspect says of the same requests, and inspect changes nothing", async () => {
    const profiles = profilesAt("c.profiles");
    learn("--profiles", profiles, traffic);
    const inspect = (...args: string[]): number[] =>
      runCommand(["inspect", ...args, traffic])
        .stdout.trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { probability: number }).probability);
    learn("--profiles", profilesAt("d.profiles"), traffic);
    const model = ["--model", folder.model];
    const before = (await loadProfiles(profiles)).requests;
    expect(inspect(...model, "--profiles", profiles)).toHaveLength(60);
    expect((await loadProfiles(profiles)).requests).toBe(before);
  });
});
