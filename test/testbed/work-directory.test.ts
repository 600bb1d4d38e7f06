import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { exists, projectDirectory } from "../../testbed/install.ts";
import { makeWorkDirectory, removeWorkDirectory } from "../../testbed/work-directory.ts";

describe("a work directory", () => {
  it("is removed by the next process when its owner died, and kept while the owner lives", async () => {
    const maker = `
      import { makeWorkDirectory } from ${JSON.stringify(path.join(projectDirectory, "testbed/work-directory.ts"))};
      process.stdout.write(await makeWorkDirectory("orphan"));
      setInterval(() => {}, 1000);
    `;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", maker], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [printed] = (await once(owner.stdout, "data")) as [Buffer];
    const orphan = printed.toString();
    const own = await makeWorkDirectory("own");
    expect(await exists(orphan)).toBe(true);
    owner.kill("SIGKILL");
    await once(owner, "exit");
    await removeWorkDirectory(await makeWorkDirectory("another"));
    expect(await exists(orphan)).toBe(false);
    expect(await exists(own)).toBe(true);
    await removeWorkDirectory(own);
  });
});
