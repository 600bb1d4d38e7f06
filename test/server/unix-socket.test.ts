import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createBreaker,
  freeSocketPath,
  isInOpenDirectory,
  openToClients,
} from "../../src/server/unix-socket.ts";

const access = { mode: 0o660, group: undefined };
const listening = (path: string) =>
  new Promise<Server>((resolve) => {
    const server = createServer().listen(path, () => resolve(server));
  });

describe("the path of a Unix socket", () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-socket-"));
    path = join(directory, "a.sock");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("is free where nothing is, and its directory is made", async () => {
    await freeSocketPath(join(directory, "new", "a.sock"), access);
    expect(lstatSync(join(directory, "new")).mode & 0o777).toBe(0o755);
  });

  it("is freed of a socket that a killed process left behind", async () => {
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    expect(lstatSync(path).isSocket()).toBe(true);
    await freeSocketPath(path, access);
    expect(existsSync(path)).toBe(false);
  });

  it("is refused where a process listens", async () => {
    const server = await listening(path);
    await expect(freeSocketPath(path, access)).rejects.toMatchObject({ code: "address_in_use" });
    expect(lstatSync(path).isSocket()).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it("is refused where something else than a socket stands, which is not deleted", async () => {
    writeFileSync(path, "precious");
    await expect(freeSocketPath(path, access)).rejects.toMatchObject({ code: "address_in_use" });
    expect(readFileSync(path, "utf8")).toBe("precious");
    rmSync(path);
    mkdirSync(path);
    await expect(freeSocketPath(path, access)).rejects.toMatchObject({ code: "address_in_use" });
  });

  it("gets its mode, and a breaker file beside it that keeps its content", async () => {
    writeFileSync(join(directory, "breaker"), "3");
    const server = await listening(path);
    openToClients(path, access);
    createBreaker(path, access);
    expect(lstatSync(path).mode & 0o777).toBe(0o660);
    expect(lstatSync(join(directory, "breaker")).mode & 0o777).toBe(0o660);
    expect(readFileSync(join(directory, "breaker"), "utf8")).toBe("3");
    expect(() => openToClients(path, { mode: 0o660, group: "no-such-group" })).toThrow(/does not exist/);
    await new Promise((resolve) => server.close(resolve));
  });

  it("does not follow a link that stands where the breaker file belongs", () => {
    const precious = join(directory, "precious");
    writeFileSync(precious, "", { mode: 0o600 });
    symlinkSync(precious, join(directory, "breaker"));
    expect(() => createBreaker(path, access)).toThrow(expect.objectContaining({ code: "io_failed" }));
    rmSync(join(directory, "breaker"));
    linkSync(precious, join(directory, "breaker"));
    expect(() => createBreaker(path, access)).toThrow(/no plain file/);
    expect(lstatSync(precious).mode & 0o777).toBe(0o600);
  });

  it("is known to lie where everybody may write", () => {
    expect(isInOpenDirectory("/tmp/a.sock")).toBe(true);
    expect(isInOpenDirectory(path)).toBe(false);
    expect(isInOpenDirectory("/nowhere/at/all.sock")).toBe(false);
  });
});
