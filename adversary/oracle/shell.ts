/**
 * Proves command injections: the payload is put into the commands of an application, and the commands that bash would run
 * (`shell-words.ts`) must be those of the seed, with the same arguments, and in their order.
 */
import type { Oracle } from "./oracle.ts";
import { commandsOf, knownCommands } from "./shell-words.ts";

/** Commands of applications; `$` stands for the value. The last one takes the value for a command. */
const places = [
  "lookup -n $",
  "lookup -n '$'",
  'lookup -n "$"',
  "lookup -n $ > /dev/null",
  "lookup $ -n 1",
  "$",
];

/** What an attacker's commands do: all but the application's own. */
function effectOf(place: string, payload: string): readonly string[] | undefined {
  const commands = commandsOf(place.replace("$", () => payload));
  return commands?.filter(([name]) => name !== "lookup").map((words) => words.join("\0"));
}

/** Makes the oracle. */
export function shellOracle(): Oracle {
  return {
    method: "shell words: same commands run",
    prove(seed) {
      if (seed.includes("\0") || seed.length > 4_000) return undefined;
      const witnesses: ((payload: string) => boolean)[] = [];
      for (const place of places) {
        if (place === "$" && witnesses.length > 0) break;
        const wanted = effectOf(place, seed);
        if (wanted === undefined || wanted.length === 0) continue;
        if (!wanted.some((command) => knownCommands.has(command.split("\0", 1)[0]!))) continue;
        witnesses.push((payload) => {
          const found = effectOf(place, payload);
          if (found === undefined) return false;
          let next = 0;
          for (const command of found) if (command === wanted[next]) next++;
          return next === wanted.length;
        });
      }
      return witnesses.length === 0
        ? undefined
        : (mutant) =>
            !mutant.includes("\0") && mutant.length <= 20_000 && witnesses.some((holds) => holds(mutant));
    },
  };
}
