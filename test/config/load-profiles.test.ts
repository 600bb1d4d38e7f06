import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadProfiles, saveProfiles } from "../../src/config/load-profiles.ts";
import { Profiles } from "../../src/profiles/profiles.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arbiter-profiles-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what is saved is loaded, and only its owner may read it", async () => {
  const file = join(folder, "profiles");
  const profiles = new Profiles();
  profiles.learn(buildTransaction({ method: "GET", uri: "/", headers: [] }));
  await saveProfiles(file, profiles);
  expect((await loadProfiles(file)).requests).toBe(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(existsSync(`${file}.unfinished`)).toBe(false);
});

test("a file that is not there or empty holds nothing", async () => {
  const file = join(folder, "profiles");
  expect((await loadProfiles(file)).requests).toBe(0);
  writeFileSync(file, "");
  expect((await loadProfiles(file)).requests).toBe(0);
});

test("what cannot be read is named", async () => {
  const file = join(folder, "profiles");
  writeFileSync(file, "no profiles");
  await expect(loadProfiles(file)).rejects.toMatchObject({
    code: "profiles_invalid",
    message: expect.stringContaining(file),
  });
  truncateSync(file, 40_000_000);
  await expect(loadProfiles(file)).rejects.toMatchObject({ code: "profiles_invalid" });
  mkdirSync(join(folder, "directory"));
  await expect(loadProfiles(join(folder, "directory"))).rejects.toMatchObject({ code: "io_failed" });
});

test("a failed save leaves the old file as it was", async () => {
  const file = join(folder, "profiles");
  writeFileSync(file, "old");
  mkdirSync(`${file}.unfinished`);
  await expect(saveProfiles(file, new Profiles())).rejects.toMatchObject({ code: "io_failed" });
  expect(readFileSync(file, "utf8")).toBe("old");
});
