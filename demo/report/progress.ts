/**
 * Says on standard error how far the demo is and how long it will still take: one line that is written over on a
 * terminal, a line for each step elsewhere.
 */

/** The steps that lie ahead, with the seconds that each takes on a small machine. */
export type Steps = readonly (readonly [name: string, seconds: number])[];

/** Progress through the steps, in their order. */
export interface Progress {
  /** Begins a step; the one before is done. */
  enter(name: string): void;
  /** Says what share of the step is done, in [0, 1]. */
  part(share: number): void;
  /** Takes the line away, so that something else can be printed. */
  clear(): void;
}

/** Starts at the first step. Time left goes by the expected seconds, corrected by how long the steps so far took. */
export function startProgress(steps: Steps, write: (text: string) => void, isTerminal: boolean): Progress {
  const start = performance.now();
  const total = steps.reduce((sum, [, seconds]) => sum + seconds, 0);
  let current = 0;
  let shown = 0;

  const line = (share: number): string => {
    const before = steps.slice(0, current).reduce((sum, [, seconds]) => sum + seconds, 0);
    const expected = before + share * (steps[current]?.[1] ?? 0);
    const spent = (performance.now() - start) / 1000;
    const pace = expected < 5 ? 1 : Math.min(Math.max(spent / expected, 0.2), 5);
    const left = Math.max((total - expected) * pace, 0);
    return `[${String(Math.round((100 * expected) / total)).padStart(3)} %] ${steps[current]?.[0] ?? ""}, about ${durationOf(left)} left`;
  };
  return {
    enter(name) {
      current = Math.max(
        steps.findIndex(([known]) => known === name),
        0,
      );
      shown = performance.now();
      write(isTerminal ? `\r\u001b[K${line(0)}` : `${line(0)}\n`);
    },
    part(share) {
      if (!isTerminal || performance.now() - shown < 100) return;
      shown = performance.now();
      write(`\r\u001b[K${line(share)}`);
    },
    clear() {
      if (isTerminal) write("\r\u001b[K");
    },
  };
}

function durationOf(seconds: number): string {
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.ceil(seconds / 5) * 5} s`;
}
