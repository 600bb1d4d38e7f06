/**
 * What a verdict costs: `arbiter serve` with the whole default detector against a bare `node:http` echo of the same
 * sizes, in CPU time of the server's process for each request. Both are asked in turn, so that what else happens on the
 * machine meets both.
 */
import { fieldsDialect, jsonDialect } from "./dialects.ts";
import { type Load, makeScratch, type Measured, measure, type Target, writeMessages } from "./load.ts";
import { readOptions } from "./options.ts";
import { figure, processorTicks, report, stolenShare } from "./report.ts";
import { makeRequests } from "./requests.ts";
import { residentBytes, type Subject, startArbiter, startEcho } from "./servers.ts";
import { type Estimate, estimate, median } from "./statistics.ts";

const options = readOptions("Measures the verdict server against a bare node:http echo.", {
  rounds: 15,
  requests: 20_000,
  connections: 16,
  seed: 1,
});

/** Distinct messages; the load goes through them in turn. */
const messageCount = 4_000;
/** Requests after which compilers and caches have settled. */
const warmUpRequests = 30_000;
const limitSeconds = 60;
/** The goals that the project has set itself. */
const leastShareOfEcho = 0.3;
const mostResidentMb = 150;

interface Path {
  readonly name: string;
  readonly messages: string;
  readonly closes: boolean;
  readonly arbiter: { readonly subject: Subject; readonly target: Target };
  readonly echo: { readonly subject: Subject; readonly target: Target };
}

interface Round {
  readonly arbiter: Measured;
  readonly echo: Measured;
}

const scratch = await makeScratch();
const subjects: Subject[] = [];
const begin = async (starting: Promise<Subject>): Promise<Subject> => {
  const subject = await starting;
  subjects.push(subject);
  return subject;
};

try {
  const requests = makeRequests(messageCount, options.seed);
  const json = requests.map(jsonDialect);
  const fields = requests.map(fieldsDialect);
  const jsonFile = await writeMessages(scratch.directory, "json", json);
  const fieldsFile = await writeMessages(scratch.directory, "fields", fields);

  const arbiter = await begin(startArbiter(scratch.directory));
  const echoTcp = await begin(startEcho(scratch.directory, await verdictBytes(arbiter, jsonFile), "tcp"));
  const echoUnix = await begin(startEcho(scratch.directory, await verdictBytes(arbiter, jsonFile), "unix"));
  const paths: readonly Path[] = [
    {
      name: "JSON, TCP, connection kept",
      messages: jsonFile,
      closes: false,
      arbiter: { subject: arbiter, target: arbiter.tcp },
      echo: { subject: echoTcp, target: echoTcp.tcp },
    },
    {
      name: "JSON, Unix socket, connection kept",
      messages: jsonFile,
      closes: false,
      arbiter: { subject: arbiter, target: arbiter.unix },
      echo: { subject: echoUnix, target: echoUnix.unix },
    },
    {
      name: "fields, Unix socket, new connection each",
      messages: fieldsFile,
      closes: true,
      arbiter: { subject: arbiter, target: arbiter.unix },
      echo: { subject: echoUnix, target: echoUnix.unix },
    },
  ];

  for (const path of paths) {
    await run(path, "arbiter", warmUpRequests);
    await run(path, "echo", warmUpRequests);
  }
  const ticks = processorTicks();
  const rounds = new Map<Path, Round[]>(paths.map((path) => [path, []]));
  for (let round = 0; round < options.rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${options.rounds}\r`);
    for (const path of paths) {
      const arbiterFirst = round % 2 === 0;
      const first = await run(path, arbiterFirst ? "arbiter" : "echo", options.requests);
      const second = await run(path, arbiterFirst ? "echo" : "arbiter", options.requests);
      rounds.get(path)?.push(arbiterFirst ? { arbiter: first, echo: second } : { arbiter: second, echo: first });
    }
  }
  const stolen = stolenShare(ticks);
  const residentMb = (await residentBytes(arbiter.process.group)) / 1e6;
  const quiet = await Promise.all(
    paths.slice(0, 1).map((path) =>
      measure(
        { ...loadOf(path, "arbiter", 2_000), connections: 1, pauseMs: 3 },
        arbiter.process.cpuSeconds,
      ),
    ),
  );
  const alone = await lowLoad(paths[2] as Path);

  const summaries = paths.map((path) => ({ path, ...summarize(rounds.get(path) ?? []) }));
  const messageBytes = json.reduce((sum, message) => sum + message.length, 0) / json.length;
  await report(
    [
      {
        title: `CPU time of the server for each request (${figure(messageBytes)} bytes with their head; ${options.rounds} rounds of ${figure(options.requests)} requests, medians)`,
        columns: ["", "Arbiter µs", "echo µs", "share of the echo's requests per CPU second", "95 % interval", "goal"],
        rows: summaries.map(({ path, arbiterUs, echoUs, share }) => [
          path.name,
          figure(arbiterUs, 1),
          figure(echoUs, 1),
          percent(share.median),
          `${percent(share.low)} – ${percent(share.high)}`,
          `≥ ${percent(leastShareOfEcho)}: ${share.median >= leastShareOfEcho ? "met" : "missed"}`,
        ]),
      },
      {
        title: "Latency at the caller with one request at a time, and memory",
        columns: ["", "median", "99th percentile", "goal"],
        rows: [
          ["JSON, TCP, connection kept", ms(quiet[0]?.p50Us), ms(quiet[0]?.p99Us), ""],
          ["fields, Unix socket, new connection each", ms(alone.p50Us), ms(alone.p99Us), ""],
          [
            "resident memory after the load",
            `${figure(residentMb)} MB`,
            "",
            `< ${mostResidentMb} MB: ${residentMb < mostResidentMb ? "met" : "missed"}`,
          ],
        ],
      },
    ],
    {
      benchmark: "server",
      options,
      stolenShare: stolen,
      residentMb,
      paths: summaries.map(({ path, ...summary }) => ({ name: path.name, ...summary })),
      latency: { json: quiet[0], fields: alone },
    },
    options.json,
  );
  process.stdout.write(`${percent(stolen)} of the processors' time was stolen by the host\n`);
} finally {
  await Promise.all(subjects.map((subject) => subject.process.stop()));
  await scratch.remove();
}

function loadOf(path: Path, side: "arbiter" | "echo", count: number): Load {
  return {
    target: path[side].target,
    messages: path.messages,
    count,
    connections: options.connections,
    closes: path.closes,
    pauseMs: 0,
    limitSeconds,
  };
}

async function run(path: Path, side: "arbiter" | "echo", count: number): Promise<Measured> {
  const measured = await measure(loadOf(path, side, count), path[side].subject.process.cpuSeconds);
  const { "200": answered = 0 } = measured.statuses;
  if (answered < measured.requests) {
    throw new Error(`${path.name}: unexpected replies: ${JSON.stringify(measured.statuses)}`);
  }
  return measured;
}

function lowLoad(path: Path): Promise<Measured> {
  return measure(
    { ...loadOf(path, "arbiter", 2_000), connections: 1, pauseMs: 3 },
    path.arbiter.subject.process.cpuSeconds,
  );
}

/** The size of a verdict in JSON, so that the echo answers with as much. */
async function verdictBytes(arbiter: Subject, messages: string): Promise<number> {
  const { replyBytes } = await measure(
    { target: arbiter.tcp, messages, count: 200, connections: 1, closes: false, pauseMs: 0, limitSeconds },
    arbiter.process.cpuSeconds,
  );
  const headBytes = 130;
  return Math.round(replyBytes - headBytes);
}

function summarize(rounds: readonly Round[]): { arbiterUs: number; echoUs: number; share: Estimate } {
  return {
    arbiterUs: median(rounds.map(({ arbiter }) => arbiter.cpuUs)),
    echoUs: median(rounds.map(({ echo }) => echo.cpuUs)),
    share: estimate(rounds.map(({ arbiter, echo }) => [echo.cpuUs / arbiter.cpuUs])),
  };
}

function percent(share: number): string {
  return `${figure(share * 100, 1)} %`;
}

function ms(us: number | undefined): string {
  return us === undefined ? "" : `${figure(us / 1000, 2)} ms`;
}
