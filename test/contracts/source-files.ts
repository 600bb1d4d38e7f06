/** The source files as the contracts read them: text, code without comments and strings, imports. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** Path below the repository, with slashes. */
  readonly path: string;
  /** The folder below `src` that it belongs to, or its own name for a file that lies in `src` itself. */
  readonly folder: string;
  readonly text: string;
  /** The text with comments and the content of strings left out. */
  readonly code: string;
  /** Every module that it names, also for types alone. Files of the project by their path, packages by their name. */
  readonly imports: readonly string[];
}

/** Paths of all files below a folder of the repository that end in one of the endings. */
export function filesBelow(folder: string, ...endings: readonly string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => posix.join(entry.parentPath.slice(root.length).replaceAll("\\", "/"), entry.name))
    .sort();
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export const sourceFiles: readonly SourceFile[] = filesBelow("src", ".ts").map((path) => {
  const text = textOf(path);
  const named = [...text.matchAll(/(?:\bfrom |\bimport |\bimport\()"([^"\n]+)"/g)].map(([, name]) => name!);
  return {
    path,
    folder: path.split("/")[1]!,
    text,
    code: withoutCommentsAndStrings(text),
    imports: named.map((name) =>
      name.startsWith(".") ? posix.normalize(posix.join(dirname(path), name)) : name,
    ),
  };
});

/** Templates keep what stands in `${…}`, since that is code. */
function withoutCommentsAndStrings(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    (found) =>
      found.startsWith("`") ? [...found.matchAll(/\$\{([^}]*)\}/g)].map(([, code]) => code).join(" ") : " ",
  );
}
