/** A row of a traffic file as the corpus writes it: JSON Lines, one request or one bare parameter value each. */
import type { AttackType } from "../src/verdict/verdict.ts";

export interface TrafficRow {
  readonly id: string;
  /** `corpus-` and the name of the generator, so that training can leave each out in turn. */
  readonly source: string;
  readonly label: "benign" | "attack";
  readonly attack_type: AttackType | null;
  readonly method?: string;
  readonly path?: string;
  /** Without `?`, percent-encoded as sent. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * With granularity `payload`, the bare value. With granularity `request`, the value that was put into the request,
   * before its encoding; absent where the request as a whole was generated.
   */
  readonly payload?: string;
  readonly granularity: "request" | "payload";
}
