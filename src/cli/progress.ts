/** A progress line for long work: a bar, the share done and the time left, on a terminal only. */
import type { WriteStream } from "node:tty";

const width = 28;
/** Time between two drawings, in milliseconds. */
const interval = 100;

export interface Progress {
  /** Shows that `done` of `total` steps of `stage` are done. */
  update(stage: string, done: number, total: number): void;
  /** Removes the line. */
  clear(): void;
}

/** Draws on `stream` where it is a terminal, and nowhere else. */
export function progressLine(
  stream: WriteStream | NodeJS.WritableStream,
  now: () => number = Date.now,
): Progress {
  const terminal = "isTTY" in stream && stream.isTTY === true;
  let stage = "";
  let startedAt = 0;
  let drawnAt = 0;
  return {
    update(name, done, total) {
      if (!terminal) return;
      const time = now();
      if (name !== stage) {
        stage = name;
        startedAt = time;
      } else if (time - drawnAt < interval && done < total) return;
      drawnAt = time;
      const share = total === 0 ? 1 : done / total;
      const filled = Math.round(share * width);
      const left =
        share > 0 && share < 1 ? `${duration(((time - startedAt) * (1 - share)) / share)} left` : "";
      const bar = "█".repeat(filled) + "░".repeat(width - filled);
      stream.write(
        `\r\x1b[2K${name.padEnd(18)} ${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${left}`,
      );
    },
    clear() {
      if (terminal) stream.write("\r\x1b[2K");
    },
  };
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
