/** Writes texts of the project's own corpus for tfidf.py: JSON on standard output, a list of [text, 1 for an attack]. */
import { corpusRows } from "../../corpus/rows.ts";

const texts: [string, number][] = [];
for (const { payload, label } of corpusRows({ seed: 26, attacks: 700, benign: 900 }))
  if (payload !== undefined && payload.length <= 120) texts.push([payload, label === "attack" ? 1 : 0]);
process.stdout.write(JSON.stringify(texts));
