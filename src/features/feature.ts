/**
 * A feature is one named number about a transaction. The catalog of all of them, in order, is part of every detector
 * file: a file made for other features is refused.
 */

export interface Feature {
  /** Stable name, kebab-case. */
  readonly name: string;
  readonly unit: "flag" | "count" | "characters" | "share" | "bits" | "hour" | "weekday";
  /** Lowest and highest possible value. */
  readonly range: readonly [number, number];
  readonly meaning: string;
}
