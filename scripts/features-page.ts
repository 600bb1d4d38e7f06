/** The reference page of the features, from their catalog. */
import { features } from "../src/features/catalog.ts";

const units = {
  flag: "0 or 1",
  count: "count",
  characters: "Unicode characters",
  share: "share",
  bits: "bits for each character",
  hour: "hour",
  weekday: "day",
} as const;

/** The page as Markdown. */
export function featuresPage(): string {
  const rows = features.map(({ name, unit, range, meaning }, index) => {
    const [low, high] = range;
    return `| ${index} | \`${name}\` | ${units[unit]} | ${low} to ${high === Number.POSITIVE_INFINITY ? "any" : high} | ${meaning} |`;
  });
  return `# Features

The numbers of a request that the Isolation Forest reads, in the order of the row. They are the ${features.length} features of the
published Isolation Forest beside CRS, defined anew and checked against the published definition on requests in many
scripts (\`test/features/request-shape.test.ts\`).

Three rules hold for all of them:

- *Arguments* are the named values of the query and the body, whatever the form of the body; cookies, headers, the path and
  file names are none. Where a name repeats, its last value counts. Values are decoded once.
- Text is counted in Unicode characters, after UTF-8 is read; bytes that are no UTF-8 count as one replacement character each
  time. Letters, digits and blanks are what Python's \`str\` methods call so.
- Time is in UTC, from the request's \`time\`; without one the hour is 12 and the day is 1.

| Place | Name | Unit | Range | Meaning |
| ---: | --- | --- | --- | --- |
${rows.join("\n")}

A detector file carries an id made from the names and units of this table. A release with another table refuses the file
(\`model_incompatible\`).

This page is written by \`node scripts/write-docs.ts\`.
`;
}
