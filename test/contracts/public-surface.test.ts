import { expect, test } from "vitest";
import * as surface from "../../src/index.ts";
import { sourceFiles, textOf } from "./source-files.ts";

const index = sourceFiles.find(({ path }) => path === "src/index.ts")!;

test("the package exports these values, and a change of them is seen here", () => {
  expect(Object.keys(surface).sort()).toEqual([
    "ArbiterError",
    "Profiles",
    "buildTransaction",
    "loadDetector",
    "loadProfiles",
    "readDetector",
    "saveProfiles",
  ]);
});

test("the package exports these types, and a change of them is seen here", () => {
  const types = [...index.text.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, names]) =>
    names!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );
  expect(types.sort()).toEqual([
    "AttackType",
    "Detector",
    "ErrorCode",
    "Header",
    "InspectOptions",
    "Location",
    "MeasuredThreshold",
    "MissingPart",
    "Mode",
    "OperatingPoint",
    "OperatingPoints",
    "Parameter",
    "Points",
    "Problem",
    "ProblemCode",
    "Provenance",
    "Reason",
    "RequestParts",
    "Transaction",
    "Verdict",
    "VerdictWord",
    "WafState",
  ]);
});

test("the surface names things and computes nothing", () => {
  const statements = index.code.replace(/export (?:type )?\{[^}]*\} from\s*;/g, "").trim();
  expect(statements).toBe("");
});

test("the package offers its surface and nothing below it", () => {
  const manifest = JSON.parse(textOf("package.json")) as { exports: Record<string, unknown> };
  expect(Object.keys(manifest.exports)).toEqual([".", "./package.json"]);
});
