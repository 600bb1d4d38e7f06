/**
 * The public surface of the package: load a detector, build a transaction, inspect it, read the verdict. Nothing else
 * is promised from one release to the next.
 */
export { loadDetector } from "./config/load-detector.ts";
export { loadProfiles, saveProfiles } from "./config/load-profiles.ts";
export type { Detector, InspectOptions } from "./detector/detector.ts";
export { readDetector } from "./detector/detector.ts";
export type { Provenance } from "./detector/detector-file.ts";
export type { ErrorCode } from "./errors.ts";
export { ArbiterError } from "./errors.ts";
export { Profiles } from "./profiles/profiles.ts";
export type { RequestParts } from "./transaction/build.ts";
export { buildTransaction } from "./transaction/build.ts";
export type {
  Header,
  Location,
  MissingPart,
  Parameter,
  Problem,
  ProblemCode,
  Transaction,
  WafState,
} from "./transaction/transaction.ts";
export type { Points } from "./verdict/decide.ts";
export type { MeasuredThreshold, OperatingPoint, OperatingPoints } from "./verdict/operating-point.ts";
export type { AttackType, Mode, Reason, Verdict, VerdictWord } from "./verdict/verdict.ts";
