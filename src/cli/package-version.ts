/** The version of the package, from its manifest. */
import { readFileSync } from "node:fs";

const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** Such as `1.2.3`. */
export const packageVersion: string = (manifest as { version: string }).version;
