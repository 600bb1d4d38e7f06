/** The pairs of engine and rule set that the project supports, and how thoroughly this run goes through them. */
import type { CrsVersion } from "./crs.ts";
import type { Engine } from "./waf-rules.ts";

/** An engine with a rule set. */
export interface Pair {
  readonly engine: Engine;
  readonly crs: CrsVersion;
  /** For the titles of tests, such as "Apache, CRS 4". */
  readonly title: string;
}

/** All four. */
export const pairs: readonly Pair[] = [
  { engine: "apache", crs: "3", title: "Apache, CRS 3" },
  { engine: "apache", crs: "4", title: "Apache, CRS 4" },
  { engine: "nginx", crs: "3", title: "nginx, CRS 3" },
  { engine: "nginx", crs: "4", title: "nginx, CRS 4" },
];

/** True under `npm run test:full`, where a test takes every case instead of a chosen few. */
export const isFullMatrix: boolean = process.env["ARBITER_TEST_MATRIX"] === "full";
