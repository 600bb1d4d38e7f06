/**
 * The direction of dependencies. A folder may import the folders named here, and nothing else of the project; a new
 * edge is a decision that belongs into this table and into ARCHITECTURE.md.
 */
import { describe, expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

/** Folder → the folders that it may import. All may import `errors.ts` and `random.ts`. In the order of the house. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "random.ts": [],
  transaction: [],
  features: ["transaction"],
  models: [],
  profiles: ["transaction"],
  verdict: ["transaction"],
  detector: ["transaction", "features", "models", "profiles", "verdict"],
  traffic: ["transaction"],
  training: ["transaction", "features", "models", "verdict", "detector", "traffic"],
  seclang: [],
  config: ["profiles", "verdict", "detector"],
  foreign: ["transaction", "features", "verdict", "config"],
  server: ["transaction", "profiles", "verdict", "detector", "config", "foreign"],
  gateway: ["transaction", "verdict", "config", "server"],
  cli: ["verdict", "detector", "traffic", "training", "seclang", "config", "foreign", "server", "gateway"],
  "index.ts": ["transaction", "profiles", "verdict", "detector", "config"],
};
const everyone = ["errors.ts", "random.ts"];

/** Package → the folders that may import it. */
const packages: Readonly<Record<string, readonly string[]>> = {
  commander: ["cli"],
  "onnxruntime-web": ["foreign"],
  pino: ["server", "gateway", "cli"],
  "prom-client": ["server"],
  yaml: ["config"],
  zod: ["detector", "config"],
};

/** Folders that may read files, the network, the clock and the process; to all others these enter as arguments. */
const outside = ["traffic", "seclang", "config", "foreign", "server", "gateway", "cli"];
/** Modules of Node that compute and nothing else. */
const pureModules = ["node:crypto", "node:zlib"];

/** What a pure module may still name, with the reason. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // isIP and SocketAddress only parse and print addresses.
  "src/transaction/build.ts": ["node:net"],
  "src/profiles/sources.ts": ["node:net"],
};

const folderOf = (path: string): string => path.split("/")[1]!;
const inProject = (name: string): boolean => name.startsWith("src/");

describe("imports", () => {
  test("every folder is in the table", () => {
    expect([...new Set(sourceFiles.map(({ folder }) => folder))].sort()).toEqual(
      Object.keys(mayImport).sort(),
    );
  });

  test("every edge of the table goes up", () => {
    const order = Object.keys(mayImport);
    for (const [folder, targets] of Object.entries(mayImport))
      for (const target of targets)
        expect(order.indexOf(target), `${folder} → ${target}`).toBeLessThan(order.indexOf(folder));
  });

  test.each(sourceFiles.map((file) => [file.path, file] as const))(
    "%s imports only what its folder may",
    (_, file) => {
      const allowed = [file.folder, ...everyone, ...mayImport[file.folder]!];
      const edges = file.imports.filter(inProject).map(folderOf);
      expect(edges.filter((target) => !allowed.includes(target))).toEqual([]);
      const foreign = file.imports.filter((name) => !inProject(name) && !name.startsWith("node:"));
      expect(foreign.filter((name) => packages[name]?.includes(file.folder) !== true)).toEqual([]);
    },
  );

  test("every edge of the table is used", () => {
    const used = new Set(
      sourceFiles.flatMap((file) =>
        file.imports.filter(inProject).map((target) => `${file.folder} → ${folderOf(target)}`),
      ),
    );
    const edges = Object.entries(mayImport).flatMap(([folder, targets]) =>
      targets.map((target) => `${folder} → ${target}`),
    );
    expect(edges.filter((edge) => !used.has(edge))).toEqual(unusedEdges);
  });

  test("name files with their extension, inside the repository", () => {
    const paths = new Set(sourceFiles.map(({ path }) => path));
    for (const { path, imports } of sourceFiles)
      for (const target of imports)
        if (inProject(target) || target.startsWith(".."))
          expect(paths, `${path} → ${target}`).toContain(target);
  });

  test("form no cycle, of types neither", () => {
    const targets = new Map(sourceFiles.map(({ path, imports }) => [path, imports.filter(inProject)]));
    const done = new Set<string>();
    const walk = (path: string, above: readonly string[]): void => {
      expect(above, `a cycle: ${[...above, path].join(" → ")}`).not.toContain(path);
      if (done.has(path)) return;
      for (const target of targets.get(path)!) walk(target, [...above, path]);
      done.add(path);
    };
    for (const path of targets.keys()) walk(path, []);
  });
});

/** Edges that are allowed and have no use today. */
const unusedEdges: readonly string[] = ["training → transaction"];

describe("the outside world", () => {
  const pure = sourceFiles.filter(({ folder }) => !outside.includes(folder));

  test.each(pure.map((file) => [file.path, file] as const))(
    "%s reads no file, clock, process or network",
    (path, file) => {
      const modules = file.imports.filter((name) => name.startsWith("node:"));
      const allowed = [...pureModules, ...(exceptions[path] ?? [])];
      expect(modules.filter((name) => !allowed.includes(name))).toEqual([]);
      const names =
        /\bprocess\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bset(?:Timeout|Interval|Immediate)\b|\bfetch\(|\bglobalThis\b/g;
      expect(file.code.match(names) ?? []).toEqual([]);
    },
  );

  test("randomness comes from a seed everywhere", () => {
    const random = sourceFiles.filter(({ code }) => /\bMath\.random\b/.test(code));
    expect(random.map(({ path }) => path)).toEqual([]);
  });

  test("no code is made from text, and no program is run", () => {
    const names = /\beval\(|\bnew Function\(|node:child_process|node:vm\b/;
    expect(
      sourceFiles
        .filter(({ code, imports }) => names.test(`${code} ${imports.join(" ")}`))
        .map(({ path }) => path),
    ).toEqual([]);
  });
});

describe("names", () => {
  test("no file or folder is a drawer", () => {
    const drawers = /\/(?:utils?|helpers?|common|core|lib|misc|types|shared)(?:\/|\.ts$)/;
    expect(sourceFiles.map(({ path }) => path).filter((path) => drawers.test(path))).toEqual([]);
  });

  test("files are in kebab-case", () => {
    expect(sourceFiles.map(({ path }) => path).filter((path) => !/^[a-z0-9/-]+\.ts$/.test(path))).toEqual([]);
  });
});
