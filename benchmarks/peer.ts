/**
 * Arbiter against the design that it replaces: a Flask server with a scikit-learn Isolation Forest, in the dialect of
 * the CRS machine-learning plugin that both speak, with the same bytes sent to both. The peer is no part of this
 * project: name the folder that holds its `server.py` and `train.py`.
 */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { findFreePort } from "../testbed/free-port.ts";
import { exists, installPackages, projectDirectory } from "../testbed/install.ts";
import { type ServerProcess, startServerProcess } from "../testbed/server-process.ts";
import { until } from "../testbed/until.ts";
import { machineLearningPluginDialect } from "./dialects.ts";
import { type Load, makeScratch, measure, type Target, writeMessages } from "./load.ts";
import { readOptions } from "./options.ts";
import { figure, processorTicks, report, stolenShare } from "./report.ts";
import { type BrowserRequest, makeRequests } from "./requests.ts";
import { type Contestant, ratios, runOnce, runRounds } from "./rounds.ts";
import { residentBytes, startArbiter } from "./servers.ts";
import { estimate, median } from "./statistics.ts";

const options = readOptions("Measures the verdict server against a Flask and scikit-learn server.", {
  peer: path.join(projectDirectory, "../shared/peers/flask-isolation-forest"),
  model: "",
  rounds: 9,
  requests: 20_000,
  peerRequests: 300,
  connections: 8,
  seed: 1,
});

/** Debian's own, which find the packages that apt-get installs; another Python may come first on the search path. */
const python = "/usr/bin/python3";
const gunicorn = "/usr/bin/gunicorn";

const messageCount = 2_000;
const warmUpRequests = 20_000;
/** The goal that the project has set itself: how often more requests the same CPU time answers. */
const leastRatio = 50;

if (!(await exists(path.join(options.peer, "server.py")))) {
  process.stderr.write(`the peer is not there: ${options.peer} has no server.py (--peer names its folder)\n`);
  process.exit(1);
}
const missing = await installPackages(["python3-flask", "python3-sklearn", "gunicorn"]);
if (missing.length > 0) {
  process.stderr.write(`the peer cannot run without ${missing.join(", ")}\n`);
  process.exit(1);
}

const scratch = await makeScratch();
const stops: (() => Promise<void>)[] = [];
try {
  const requests = makeRequests(messageCount, options.seed);
  const messages = await writeMessages(
    scratch.directory,
    "plugin",
    requests.map(machineLearningPluginDialect),
  );
  const arbiter = await startArbiter(scratch.directory, options.model);
  stops.push(arbiter.process.stop);
  const peer = await startPeer(requests);
  stops.push(peer.process.stop);

  const contestant = (name: string, target: Target, count: number, process: ServerProcess): Contestant => ({
    name,
    load: loadOf(target, messages, count),
    cpuSeconds: process.cpuSeconds,
    // Either verdict will do: the peer's own opinion of the requests is not what is measured.
    statuses: [200, 401],
  });
  const ours = contestant("Arbiter", arbiter.tcp, options.requests, arbiter.process);
  const theirs = contestant("Flask and scikit-learn", peer.target, options.peerRequests, peer.process);

  await runOnce({ ...ours, load: { ...ours.load, count: warmUpRequests } });
  await runOnce(theirs);
  const ticks = processorTicks();
  const found = await runRounds([ours, theirs], options.rounds);
  const stolen = stolenShare(ticks);

  const ourRuns = found.get(ours.name) ?? [];
  const theirRuns = found.get(theirs.name) ?? [];
  const ratio = estimate(ratios(theirRuns, ourRuns).map((value) => [value]));
  const rows = [
    { name: ours.name, runs: ourRuns, resident: await residentBytes(arbiter.process.group) },
    { name: theirs.name, runs: theirRuns, resident: await residentBytes(peer.process.group) },
  ].map(({ name, runs, resident }) => {
    const cpuUs = median(runs.map((run) => run.cpuUs));
    return { name, cpuUs, requestsPerCpuSecond: 1e6 / cpuUs, residentMb: resident / 1e6 };
  });
  await report(
    [
      {
        title: `The dialect of the CRS machine-learning plugin, the same messages; medians of ${options.rounds} rounds`,
        columns: ["", "CPU µs per request", "requests per CPU second", "MB resident, one process"],
        rows: rows.map(({ name, cpuUs, requestsPerCpuSecond, residentMb }) => [
          name,
          figure(cpuUs, 1),
          figure(requestsPerCpuSecond),
          figure(residentMb),
        ]),
      },
      {
        title: "How often more requests the same CPU time answers",
        columns: ["", "median", "95 %", "goal"],
        rows: [
          [
            "Arbiter over the peer",
            figure(ratio.median),
            `${figure(ratio.low)} to ${figure(ratio.high)}`,
            `≥ ${leastRatio} ${ratio.median >= leastRatio ? "met" : "missed"}`,
          ],
        ],
      },
    ],
    {
      benchmark: "peer",
      options: { ...options, peer: path.basename(options.peer) },
      stolenShare: stolen,
      rows,
      ratio,
    },
    options.json,
  );
} finally {
  for (const stop of stops) await stop();
  await scratch.remove();
}

/** A new connection for each request: gunicorn's workers keep none, and neither does the plugin's Lua client. */
function loadOf(target: Target, messages: string, count: number): Load {
  const { connections } = options;
  return { target, messages, count, connections, closes: true, pauseMs: 0, limitSeconds: 120 };
}

/** Fits the peer's model on our own requests, and serves it as its operator would: gunicorn with two workers. */
async function startPeer(
  requests: readonly BrowserRequest[],
): Promise<{ target: Target; process: ServerProcess }> {
  const rows = path.join(scratch.directory, "requests.jsonl");
  const model = path.join(scratch.directory, "model.pkl");
  const lines = requests.map((request, index) =>
    JSON.stringify({
      method: request.method,
      path: request.path,
      args: Object.fromEntries(request.fields.map(([name, value]) => [`ARGS:${name}`, value])),
      hour: index % 24,
      day: index % 7,
    }),
  );
  await writeFile(rows, `${lines.join("\n")}\n`);
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  await promisify(execFile)(python, [path.join(options.peer, "train.py"), rows, model], { env });

  const port = await findFreePort();
  const outputFile = path.join(scratch.directory, "peer.output");
  const command = [gunicorn, "-w", "2", "-b", `127.0.0.1:${port}`, `server:create("${model}")`];
  const server = startServerProcess(command, { outputFile, cwd: options.peer, env });
  stops.push(server.stop);
  const load = loadOf({ port }, "", 1);
  const probe = await writeMessages(scratch.directory, "probe", [
    Buffer.from("GET / HTTP/1.1\r\nHost: peer\r\nConnection: close\r\n\r\n"),
  ]);
  await until("the peer to answer", () =>
    measure({ ...load, messages: probe, connections: 1 }, server.cpuSeconds).then(
      () => true,
      () => false,
    ),
  );
  return { target: { port }, process: server };
}
