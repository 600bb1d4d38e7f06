/**
 * Proves injected line breaks: after the decoding that an application does, the lines that the seed adds to a header or a
 * log must be lines of the mutant, too.
 */
import { decodeEntities, decodeEscapes, decodePercent } from "../../src/transaction/decode.ts";
import type { Oracle } from "./oracle.ts";

const mostRounds = 3;

/** The payload as writers of headers and logs send it on: decoded, each character cut to its low byte (Node before 8, Twitter 2015). */
function viewsOf(payload: string): string[] {
  const views: string[] = [];
  let bytes = Buffer.from(payload, "utf8").toString("latin1");
  for (let round = 0; round <= mostRounds; round++) {
    views.push(bytes);
    const characters = Buffer.from(bytes, "latin1").toString("utf8");
    const cut = characters.replace(/[^\0-\xff]/g, (character) =>
      String.fromCharCode(character.charCodeAt(0) & 0xff),
    );
    views.push(cut);
    bytes = decodeEscapes(decodeEntities(decodePercent(bytes, false)))
      .replaceAll("\\r", "\r")
      .replaceAll("\\n", "\n");
  }
  return views;
}

/** The lines behind the first break; names of headers in lower case. */
function linesOf(view: string): string[] {
  return view
    .split(/\r\n|\n|\r/)
    .slice(1)
    .map((line) => line.trim().replace(/^([\w-]+)\s*:\s*/, (_, name: string) => `${name.toLowerCase()}:`))
    .filter((line) => line.length > 2);
}

/** Makes the oracle. */
export function lineBreakOracle(): Oracle {
  return {
    method: "decoding: same lines added",
    prove(seed) {
      const wanted = viewsOf(seed)
        .map(linesOf)
        .find((lines) => lines.length > 0);
      if (wanted === undefined) return undefined;
      return (mutant) =>
        viewsOf(mutant).some((view) => {
          const lines = linesOf(view);
          return wanted.every((line) => lines.some((found) => found.startsWith(line)));
        });
    },
  };
}
