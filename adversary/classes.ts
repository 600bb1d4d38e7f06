/** The classes of attacks that are mutated: their operators, and the oracles that prove a mutant. */
import type { AttackType } from "../src/verdict/verdict.ts";
import { addressOperators } from "./mutate/address.ts";
import { markupOperators } from "./mutate/markup.ts";
import {
  ldapOperators,
  lineBreakOperators,
  lookupOperators,
  nosqlOperators,
  xmlOperators,
} from "./mutate/notation.ts";
import type { Operator } from "./mutate/operator.ts";
import { pathOperators } from "./mutate/path.ts";
import { shellOperators } from "./mutate/shell.ts";
import { sqlOperators } from "./mutate/sql.ts";
import { templateOperators } from "./mutate/template.ts";
import { addressOracle } from "./oracle/address.ts";
import { ldapOracle } from "./oracle/ldap.ts";
import { lineBreakOracle } from "./oracle/line-break.ts";
import { lookupOracle } from "./oracle/lookup.ts";
import { markupOracle } from "./oracle/markup.ts";
import { nosqlOracle } from "./oracle/nosql.ts";
import type { Oracle } from "./oracle/oracle.ts";
import { pathOracle } from "./oracle/path.ts";
import { shellOracle } from "./oracle/shell.ts";
import { sqlOracle } from "./oracle/sql.ts";
import { templateOracle } from "./oracle/template.ts";
import { xmlOracle } from "./oracle/xml.ts";

/** What mutates and proves one class. */
export interface MutatedClass {
  readonly type: AttackType;
  readonly operators: readonly Operator[];
  readonly oracle: Oracle;
}

/** The classes with an oracle, in the order of reports. `other` is lookups of loggers alone. */
export const mutatedClasses: readonly MutatedClass[] = [
  { type: "sqli", operators: sqlOperators, oracle: sqlOracle() },
  { type: "xss", operators: markupOperators, oracle: markupOracle() },
  { type: "cmdi", operators: shellOperators, oracle: shellOracle() },
  { type: "path-traversal", operators: pathOperators, oracle: pathOracle() },
  { type: "rfi", operators: addressOperators, oracle: addressOracle(false) },
  { type: "ssrf", operators: addressOperators, oracle: addressOracle(true) },
  { type: "ssti", operators: templateOperators, oracle: templateOracle() },
  { type: "nosqli", operators: nosqlOperators, oracle: nosqlOracle() },
  { type: "ldapi", operators: ldapOperators, oracle: ldapOracle() },
  { type: "xxe", operators: xmlOperators, oracle: xmlOracle() },
  { type: "crlf", operators: lineBreakOperators, oracle: lineBreakOracle() },
  { type: "other", operators: lookupOperators, oracle: lookupOracle() },
];
