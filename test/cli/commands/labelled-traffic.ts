/** Files for the commands that read traffic, in a folder that the test removes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyDetectorFile, tinyFile, tinyRows } from "../../training/tiny-traffic.ts";

export interface TrafficFolder {
  readonly rows: ReturnType<typeof tinyRows>;
  /** 40 labelled rows of each label. */
  readonly traffic: string;
  readonly model: string;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function trafficFolder(): TrafficFolder {
  const folder = mkdtempSync(join(tmpdir(), "arbiter-cli-"));
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const rows = tinyRows(40, 5);
  return {
    rows,
    traffic: write("traffic.jsonl", tinyFile(rows)),
    model: write("tiny.arbiter", tinyDetectorFile()),
    path,
    write,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
