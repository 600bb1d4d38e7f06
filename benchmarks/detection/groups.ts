/**
 * The sources that are left out together. A detector is trained without all of them and then meets their rows, so sources
 * that copy each other's style belong into one group: lists of the same families, the output of one tool, prose.
 */

/** What a row stands for: a whole request of a browser or client, or a bare value that is put into one parameter. */
export type RowKind = "requests" | "values" | "prose";

/** Sources that are left out in the same training. */
export interface SourceGroup {
  readonly name: string;
  readonly sources: readonly string[];
}

/**
 * Five groups: payloads of one detector's own tests, beside browsers' query strings; what sqlmap writes, beside one shop;
 * payload lists, which copy from each other, beside webhooks; the tests of CRS, beside a server's log; prose.
 */
export const sourceGroups: readonly SourceGroup[] = [
  { name: "browsers", sources: ["openappsec-legit", "libinjection"] },
  { name: "sqlmap", sources: ["httpparams", "modsec-learn"] },
  {
    name: "lists",
    sources: [
      "patt",
      "patt-readme",
      "payloadbox",
      "fuzzdb",
      "octokit-webhooks",
      "corpus-basics",
      "corpus-siblings",
      // Some are mutants of the basics.
      "corpus-mutants",
    ],
  },
  { name: "servers", sources: ["crs-regression", "elastic-apache"] },
  { name: "prose", sources: ["tldr-pages", "ud-ewt-a", "commonmark-spec", "corpus-prose"] },
];

/** Sources of recorded applications begin so; they are dealt out over the groups, so that each meets a detector without it. */
export const recordedPrefix = "recorded-";
/** The last group, prose, takes no application: it has no attacks to put into one. */
const groupsWithApplications = sourceGroups.length - 1;

/** The groups with the recorded applications dealt out, in the order of their names. */
export function groupsWith(recorded: readonly string[]): readonly SourceGroup[] {
  const sorted = [...recorded].sort();
  return sourceGroups.map(({ name, sources }, index) => ({
    name,
    sources: [...sources, ...sorted.filter((_, position) => position % groupsWithApplications === index)],
  }));
}

const requestSources = new Set(["openappsec-legit", "elastic-apache", "octokit-webhooks", "crs-regression"]);
const proseSources = new Set(["tldr-pages", "ud-ewt-a", "commonmark-spec", "corpus-prose"]);

/** What the rows of a source stand for. */
export function kindOf(source: string): RowKind {
  if (requestSources.has(source) || source.startsWith(recordedPrefix)) return "requests";
  return proseSources.has(source) ? "prose" : "values";
}
