/**
 * What a verdict costs: `arbiter serve` with the whole default detector against a bare `node:http` echo of the same
 * sizes, in CPU time of the server's process for each request.
 */
import { fieldsDialect, jsonDialect } from "./dialects.ts";
import { type Load, makeScratch, measure, type Target, writeMessages } from "./load.ts";
import { readOptions } from "./options.ts";
import { figure, milliseconds, percent, processorTicks, report, stolenShare } from "./report.ts";
import { makeRequests } from "./requests.ts";
import { type Contestant, ratios, runOnce, runRounds } from "./rounds.ts";
import { residentBytes, type Subject, startArbiter, startEcho } from "./servers.ts";
import { estimate, median } from "./statistics.ts";

const options = readOptions("Measures the verdict server against a bare node:http echo.", {
  model: "",
  rounds: 15,
  requests: 30_000,
  connections: 16,
  seed: 1,
});

/** Distinct messages; the load goes through them in turn. */
const messageCount = 4_000;
/** Requests after which compilers and caches have settled. */
const warmUpRequests = 30_000;
/** Requests for the latency of an idle server. */
const quietRequests = 2_000;
/** The goals that the project has set itself. */
const leastShareOfEcho = 0.3;
const mostResidentMb = 150;

const scratch = await makeScratch();
const started: Subject[] = [];

try {
  const requests = makeRequests(messageCount, options.seed);
  const json = requests.map(jsonDialect);
  const jsonFile = await writeMessages(scratch.directory, "json", json);
  const fieldsFile = await writeMessages(scratch.directory, "fields", requests.map(fieldsDialect));

  const arbiter = await begin(startArbiter(scratch.directory, options.model));
  const replyBytes = await verdictBytes(arbiter, jsonFile);
  const echoTcp = await begin(startEcho(scratch.directory, replyBytes, "tcp"));
  const echoUnix = await begin(startEcho(scratch.directory, replyBytes, "unix"));

  const pair = (name: string, target: "tcp" | "unix", messages: string, closes: boolean) => {
    const contestant = (subject: Subject, who: string): Contestant => ({
      name: `${who}: ${name}`,
      load: loadOf(subject[target], messages, closes),
      cpuSeconds: subject.process.cpuSeconds,
      statuses: [200],
    });
    return {
      name,
      arbiter: contestant(arbiter, "Arbiter"),
      echo: contestant(target === "tcp" ? echoTcp : echoUnix, "echo"),
    };
  };
  const pairs = [
    pair("JSON, TCP, connection kept", "tcp", jsonFile, false),
    pair("JSON, Unix socket, connection kept", "unix", jsonFile, false),
    pair("fields, Unix socket, new connection each", "unix", fieldsFile, true),
  ];
  const contestants = pairs.flatMap((one) => [one.arbiter, one.echo]);

  for (const contestant of contestants) await runOnce(withCount(contestant, warmUpRequests));
  const ticks = processorTicks();
  const found = await runRounds(contestants, options.rounds);
  const stolen = stolenShare(ticks);
  const residentMb = (await residentBytes(arbiter.process.group)) / 1e6;

  const results = pairs.map(({ name, arbiter: ours, echo }) => {
    const ourRuns = found.get(ours.name) ?? [];
    const echoRuns = found.get(echo.name) ?? [];
    return {
      name,
      arbiterUs: median(ourRuns.map(({ cpuUs }) => cpuUs)),
      echoUs: median(echoRuns.map(({ cpuUs }) => cpuUs)),
      share: estimate(ratios(echoRuns, ourRuns).map((ratio) => [ratio])),
    };
  });
  const quiet = [];
  for (const { name, arbiter: ours } of [pairs[0], pairs[2]].filter((one) => one !== undefined)) {
    const { load } = withCount(ours, quietRequests);
    const { p50Us, p99Us } = await measure({ ...load, connections: 1, pauseMs: 3 }, ours.cpuSeconds);
    quiet.push({ name, p50Us, p99Us });
  }

  const messageBytes = median(json.map((message) => message.length));
  await report(
    [
      {
        title: `CPU time of the server's process for each request of ${figure(messageBytes)} bytes; medians of ${options.rounds} rounds of ${figure(options.requests)} requests`,
        columns: ["", "Arbiter µs", "echo µs", "requests per CPU second, of the echo's", "95 %", "goal"],
        rows: results.map(({ name, arbiterUs, echoUs, share }) => [
          name,
          figure(arbiterUs, 1),
          figure(echoUs, 1),
          percent(share.median),
          `${percent(share.low)} to ${percent(share.high)}`,
          `≥ ${percent(leastShareOfEcho)} ${share.median >= leastShareOfEcho ? "met" : "missed"}`,
        ]),
      },
      {
        title: "Latency at the caller, one request at a time with pauses",
        columns: ["", "median", "99th percentile"],
        rows: quiet.map(({ name, p50Us, p99Us }) => [name, milliseconds(p50Us), milliseconds(p99Us)]),
      },
      {
        title: "Memory",
        columns: ["", "MB", "goal"],
        rows: [
          [
            "resident after the load",
            figure(residentMb),
            `< ${mostResidentMb} ${residentMb < mostResidentMb ? "met" : "missed"}`,
          ],
        ],
      },
    ],
    { benchmark: "server", options, stolenShare: stolen, results, quiet, residentMb },
    options.json,
  );
} finally {
  await Promise.all(started.map((subject) => subject.process.stop()));
  await scratch.remove();
}

async function begin(starting: Promise<Subject>): Promise<Subject> {
  const subject = await starting;
  started.push(subject);
  return subject;
}

function loadOf(target: Target, messages: string, closes: boolean): Load {
  const { requests: count, connections } = options;
  return { target, messages, count, connections, closes, pauseMs: 0, limitSeconds: 120 };
}

function withCount(contestant: Contestant, count: number): Contestant {
  return { ...contestant, load: { ...contestant.load, count } };
}

/** The size of a verdict's body in JSON, so that the echo answers with as much. */
async function verdictBytes(arbiter: Subject, messages: string): Promise<number> {
  const load = { ...loadOf(arbiter.tcp, messages, false), count: 200 };
  const { bodyBytes } = await measure(load, arbiter.process.cpuSeconds);
  return Math.round(bodyBytes);
}
