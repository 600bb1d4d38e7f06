/**
 * Files of application profiles on disk: read whole, written whole beside the old one and then put in its place, so that
 * whoever reads sees one or the other.
 */
import { createWriteStream } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ArbiterError } from "../errors.ts";
import { parseProfiles, profileParts } from "../profiles/profile-file.ts";
import { Profiles } from "../profiles/profiles.ts";

/** Bytes of a file of profiles: more than their limits allow. */
const fileLimit = 32 * 1_048_576;

/**
 * Reads the profiles at `path`; a file that is not there or empty holds none. Throws `profiles_invalid`,
 * `unsupported_version` or `io_failed`, naming the file.
 */
export async function loadProfiles(path: string): Promise<Profiles> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > fileLimit)
        throw new ArbiterError("profiles_invalid", `it is larger than ${fileLimit} bytes`);
      return parseProfiles(await readFile(file));
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof ArbiterError)
      throw new ArbiterError(cause.code, `${path}: ${cause.message}`, { cause });
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    if (code === "ENOENT") return new Profiles();
    throw new ArbiterError("io_failed", `the file of profiles ${path} cannot be read (${code})`, { cause });
  }
}

/**
 * Writes the profiles to `path`, a part at a time, so that whoever serves meanwhile is not held up. Throws `io_failed`, and
 * the old file stays as it was.
 */
export async function saveProfiles(path: string, profiles: Profiles): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    const into = createWriteStream(unfinished, { mode: 0o600, flush: true });
    await pipeline(Readable.from(profileParts(profiles)), createGzip(), into);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {});
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ArbiterError("io_failed", `the file of profiles ${path} cannot be written (${code})`, {
      cause,
    });
  }
}
