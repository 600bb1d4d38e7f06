/**
 * Texts that are made from the settings table: the reference page, and a settings file that sets nothing but says all.
 */
import { stringify } from "yaml";
import { expectation } from "./check-value.ts";
import { environmentName } from "./load.ts";
import { type ModelSettings, modelSettingTable } from "./model-settings.ts";
import type { Setting } from "./setting.ts";
import { type Settings, settingTable, siteSettingTable } from "./settings.ts";

const rows = Object.entries(settingTable) as [string, Setting][];
const groups = [...new Set(rows.map(([name]) => groupOf(name)))];

const groupTitles: Readonly<Record<string, string>> = {
  server: "The verdict server",
  detector: "The detector",
  collect: "Collecting ordinary requests",
  gateway: "The gateway",
  log: "The log",
};

/** The reference page in Markdown. */
export function configurationReference(): string {
  const sections = groups.map((group) => {
    const entries = rows
      .filter(([name]) => groupOf(name) === group)
      .map(([name, row]) => describe(name, row));
    return `## ${groupTitles[group] ?? group}\n\n${entries.join("\n")}`;
  });
  const site = Object.entries(siteSettingTable).map(
    ([name, why]) => `### \`sites.NAME.${name}\`\n\n${why}\n`,
  );
  const model = Object.entries<Setting>(modelSettingTable).map(
    ([name, row]) => `### \`models.NAME.${name}\`\n\n${row.why}\n\n${valueAndDefault(row).join("\n")}\n`,
  );
  return `# Configuration

<!-- Made from src/config/settings.ts by \`arbiter settings --reference\`; a test compares the two. -->

Settings of \`arbiter serve\` and \`arbiter gateway\`. Each one is taken from the first place that names it: the command
line, the environment, the settings file, its default. The file is YAML 1.2; it is named by \`--config FILE\` or by
\`ARBITER_CONFIG\`. An unknown key, a value outside its range, an anchor, an alias or a tag is an error that names line
and column, and the process ends with status 78. \`arbiter settings\` prints what is in force.

On SIGHUP the file and the detector files are read again. Where one of them is bad, everything stays as it was and the
log says why. Settings marked *reloads* change then; all others keep their value until a restart, and the log says so.

${sections.join("\n")}
## Sites

One server can answer for many sites, each with its own detector, preset, thresholds and points. A request belongs to the site
that the caller names in \`site\`, else to the one that lists its Host header, else to \`default\`. Nothing of one site is
used for another. All of this reloads.

${site.join("\n")}
\`\`\`yaml
${siteExample}\`\`\`

## Models of your own

ONNX files and remote services that are asked about every request, beside Arbiter's own detector
([guide](../guides/bring-your-model.md)). They stand in the settings file alone. All of this reloads.

${model.join("\n")}
\`\`\`yaml
${modelExample}\`\`\`
`;
}

/** A settings file in which every setting stands as a comment with its default. */
export function exampleFile(): string {
  const blocks = groups.map((group) => {
    const lines = rows
      .filter(([name]) => groupOf(name) === group)
      .map(([name, row]) => `${comment(row.why)}\n  #${`${keyOf(name)}: ${defaultText(row)}`.trimEnd()}\n`);
    return `# ${groupTitles[group] ?? group}\n${group}:\n${lines.join("\n")}`;
  });
  const examples = `${siteExample}\n${modelExample}`
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `# ${line}`))
    .join("\n");
  return `# Settings of Arbiter. Every default stands behind a # without blank: take the # away to change one.\n# Unknown keys are errors.\n\n${blocks.join("\n")}\n${examples}\n`;
}

/** The settings in force as a settings file. */
export function effectiveFile(settings: Settings): string {
  const file: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(settings.values)) {
    if (value === undefined) continue;
    file[groupOf(name)] = { ...file[groupOf(name)], [keyOf(name)]: value };
  }
  const sites = Object.fromEntries(
    settings.sites.map(({ name, ...site }) => [
      name,
      Object.fromEntries(Object.entries(site).filter(([, value]) => value !== undefined)),
    ]),
  );
  const models = Object.fromEntries(
    settings.models.map((model) => [model.name, changedSettings(model)] as const),
  );
  return stringify({ ...file, sites, ...(settings.models.length === 0 ? {} : { models }) });
}

const siteExample = `sites:
  default:
    points: { pass: 0, suspect: 3, attack: 5 }
  shop:
    hosts: [shop.example, www.shop.example]
    preset: lenient
    model: /etc/arbiter/shop.arbiter
    thresholds:
      second-opinion: { suspect: 0.2, attack: 0.7 }
`;

const modelExample = `models:
  forest:
    onnx: /etc/arbiter/forest.onnx
    features: [path-length, path-entropy, values-length]
  team:
    remote: http://127.0.0.1:9000/score
    input: text
    role: vote
    weight: 0.3
`;

/** The settings of a model that differ from their defaults; those of the other kind of model may not be named at all. */
function changedSettings(model: ModelSettings): Record<string, unknown> {
  const table: Readonly<Record<string, Setting>> = modelSettingTable;
  return Object.fromEntries(
    Object.entries(model).filter(([key, value]) => key !== "name" && value !== table[key]?.default),
  );
}

function valueAndDefault(row: Setting): string[] {
  return [
    `- Value: ${expectation(row)}`,
    `- Default: ${row.default === undefined ? "not set" : `\`${defaultText(row)}\``}`,
  ];
}

function describe(name: string, row: Setting): string {
  const facts = [
    ...valueAndDefault(row),
    ...(row.flag === undefined
      ? []
      : [`- Command line: \`${row.flag}\` of ${row.usedBy.map((user) => `\`arbiter ${user}\``).join(", ")}`]),
    `- Environment: \`${environmentName(name)}\``,
    ...(row.reloads === true ? ["- *Reloads*"] : []),
  ];
  return `### \`${name}\`\n\n${row.why}\n\n${facts.join("\n")}\n`;
}

function defaultText(row: Setting): string {
  if (row.default === undefined) return "";
  return Array.isArray(row.default) ? `[${row.default.join(", ")}]` : String(row.default);
}

/** Wraps a text into comment lines of at most 100 characters. */
function comment(text: string): string {
  const lines: string[] = [];
  let line = "  #";
  for (const word of text.split(" ")) {
    if (line.length + word.length >= 100) {
      lines.push(line);
      line = "  #";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}

function groupOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}

function keyOf(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}
