/** The command line of the benchmarks: `--name value` pairs, each with a default. */
import { parseArgs } from "node:util";

/** Reads the options; `defaults` names all of them. `--json FILE` and `--help` are understood by every benchmark. */
export function readOptions<T extends Readonly<Record<string, string | number>>>(
  usage: string,
  defaults: T,
): { readonly [N in keyof T]: T[N] extends number ? number : string } & {
  readonly json: string | undefined;
} {
  const names = Object.keys(defaults);
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values["help"] === true) {
    const lines = names.map(
      (name) =>
        `  --${name} ${typeof defaults[name] === "number" ? "N" : "TEXT"} (default: ${defaults[name] === "" ? "the one that ships" : defaults[name]})`,
    );
    process.stdout.write(`${usage}\n\n${lines.join("\n")}\n  --json FILE\n`);
    process.exit(0);
  }
  const given = values as Readonly<Record<string, string | undefined>>;
  const read = names.map((name) => {
    const fallback = defaults[name];
    const text = given[name];
    if (text === undefined) return [name, fallback];
    if (typeof fallback !== "number") return [name, text];
    const number = Number(text);
    if (!(number > 0)) {
      process.stderr.write(`--${name} must be a positive number, not ${text}\n`);
      process.exit(2);
    }
    return [name, number];
  });
  return { ...Object.fromEntries(read), json: given["json"] };
}
