/**
 * Writes the reference pages that are made from the code: `node scripts/write-docs.ts`. A test compares them with it.
 */
import { writeFileSync } from "node:fs";
import { featuresPage } from "./features-page.ts";

writeFileSync(new URL("../docs/reference/features.md", import.meta.url), featuresPage());
