/**
 * The outcome for one transaction: attack or not, how sure, and why. The WAF reads the word; people read the reasons.
 */

/**
 * `pass`: nothing objectionable, and everything that matters was inspected. `suspect`: worse than ordinary, below the
 * attack threshold. `attack`: at or above it. `unavailable`: no verdict can be given, and the WAF decides as if
 * Arbiter were not installed.
 */
export type VerdictWord = "pass" | "suspect" | "attack" | "unavailable";

/** How the verdict is going to be used; each mode has its own operating point. */
export const modes = ["second-opinion", "scoring", "general"] as const;
export type Mode = (typeof modes)[number];

/** What an attack tries to do; `null` on a verdict that names none. The names are those of the traffic-file schema. */
export const attackTypes = [
  "sqli",
  "xss",
  "cmdi",
  "path-traversal",
  "rfi",
  "ssti",
  "code-injection",
  "xxe",
  "ssrf",
  "nosqli",
  "ldapi",
  "crlf",
  "deserialization",
  "scanner",
  "other",
] as const;
export type AttackType = (typeof attackTypes)[number];

/**
 * What a verdict calls an attack: one of the types, or `unusual` for what is odd in its parameter and reads like none of
 * them. No model learns `unusual`, and no traffic file says it.
 */
export type VerdictType = AttackType | "unusual";

/** One reason for a verdict, for people: the parameter, the piece of it, and what is wrong with it. */
export interface Reason {
  /** Location and name, such as `query:q` or `header:user-agent`; made displayable, at most 80 characters. */
  readonly where: string;
  /** The piece that weighed most; made displayable, at most 80 characters. */
  readonly what: string;
  readonly why: string;
}

/** What a model of the user's own said about the request. */
export interface ModelScore {
  /** Its name in the settings. */
  readonly name: string;
  /** `shadow`: it had no say. `vote`: its score is part of the probability, unless it is null. */
  readonly role: "shadow" | "vote";
  /** Probability of an attack in [0, 1], higher is worse; null where there is none. */
  readonly score: number | null;
  /** Why there is no score, such as `late`. */
  readonly failure?: string;
}

export interface Verdict {
  readonly id: string;
  readonly verdict: VerdictWord;
  /** Calibrated probability of an attack in [0, 1]; higher is worse. */
  readonly probability: number;
  /** Points for the CRS anomaly score; an integer, higher is worse. */
  readonly points: number;
  readonly attackType: VerdictType | null;
  /** The weightiest reasons first, at most 3; empty on a plain `pass`. */
  readonly reasons: readonly Reason[];
  /** True where some part of the request could not be inspected. */
  readonly partial: boolean;
  /** Identifies the detector: the first 12 hexadecimal digits of its file's digest. */
  readonly model: string;
  /** Models of the user's own that were asked, in the order of the settings; left out where none was. */
  readonly models?: readonly ModelScore[];
}
