/**
 * Records real traffic: `npm run record:traffic -- [application …] [--seed N] [--requests N] [--minutes N] [--append]`. A headless
 * Chromium visits real applications through a recorder and a real Apache with CRS 4 at paranoia level 4 in detection only;
 * what passed, masked, becomes `corpus/recorded/<application>.jsonl.gz`. Installs Debian packages where they are missing.
 */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { collectSecrets } from "../corpus/recorded/masking.ts";
import {
  type Arrival,
  countFiles,
  formatRecording,
  keptRequests,
  type RecordedEvidence,
  readRecording,
  rowsOf,
} from "../corpus/recorded/recording.ts";
import { sites } from "../corpus/recorded/sites.ts";
import type { VisitKind } from "../corpus/recorded/visit.ts";
import { type Household, makeHouseholds } from "../corpus/recorded/visitors.ts";
import { writingFor } from "../corpus/recorded/writing.ts";
import { type Recorder, startRecorder } from "../demo/recorder.ts";
import { seededRandom } from "../src/random.ts";
import { parseTrafficRow } from "../src/traffic/traffic-row.ts";
import type { Application, RunningApplication } from "../testbed/applications/application.ts";
import { chromiumArguments } from "../testbed/chromium.ts";
import { type AskedQuestion, startFakeVerdictServer } from "../testbed/fake-verdict-server.ts";
import { fieldPairs, fieldValue } from "../testbed/fields.ts";
import { findProgram, installPackages } from "../testbed/install.ts";
import { startWaf } from "../testbed/waf.ts";
import { makeWorkDirectory, removeWorkDirectory } from "../testbed/work-directory.ts";
import { holdOut } from "./held-out.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    requests: { type: "string", default: "1700" },
    minutes: { type: "string", default: "20" },
    append: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
/** Requests of each application that are kept, about. */
const wanted = Number(values.requests);
/** No visit begins after this time. */
const longestMs = Number(values.minutes) * 60_000;
/** A visit that takes longer is broken off. */
const visitMs = 240_000;
/** The most that a page may take to come, and then to show what a visit waits for; machines are busy at times. */
const arrivalMs = 30_000;
const pageMs = 8_000;
/** After so many visits what there is gets written. */
const visitsBetweenSaves = 8;
const households = 24;
/** Names the request within a recording; it is passed on and not recorded. */
const numberHeader = "X-Row";
/** When the first visit to a site begins, as its rows tell it, and the most minutes until the next one begins. */
const firstVisit = "2026-11-02T06:00:00Z";
const minutesBetween = 45;

for (const { application, visits } of sites)
  if (positionals.length === 0 || positionals.includes(application.name)) await record(application, visits);

async function record(application: Application, visits: readonly VisitKind[]): Promise<void> {
  const missing = await installPackages([
    ...application.packages,
    "chromium",
    "chromium-headless-shell",
    "openssl",
  ]);
  if (missing.length > 0)
    throw new Error(`${application.name} cannot be recorded without ${missing.join(" ")}`);
  const directory = await makeWorkDirectory(application.name);
  const verdicts = await startFakeVerdictServer({ verdict: "pass" });
  const running = await application.start(directory);
  const waf = await startWaf({
    engine: "apache",
    crs: "4",
    upstream: running.port,
    auditLog: "off",
    ruleEngine: "DetectionOnly",
    crsSettings: { blocking_paranoia_level: 1, detection_paranoia_level: 4 },
    plugin: {
      settings: { mode: "general", socket: verdicts.socket, deadline: 30_000, breaker_failures: 1_000_000 },
    },
  });
  const file = new URL(`../corpus/recorded/${application.name}.jsonl.gz`, import.meta.url);
  const before = values.append ? readRecording(file) : [];
  const arrivals: Arrival[] = [];
  const clock: Clock = { client: "", browser: {}, offsetMs: 0 };
  const recorder = await startRecorder(waf.port, {
    limit: Number.POSITIVE_INFINITY,
    isEnough: countFiles(),
    tls: await makeCertificate(directory, application.host),
    onArrival: (number) => {
      const { client, browser, offsetMs } = clock;
      arrivals.push({ client, browser, timeMs: Date.now() + offsetMs });
      return [[numberHeader, String(number)]];
    },
  });
  const save = (): void => {
    const evidence = evidenceOf(verdicts.asked);
    // What is still on its way has none yet.
    const drafts = recorder.drafts.slice(0, arrivals.length);
    const rows = rowsOf({
      application: application.name,
      firstRow: before.length + 1,
      drafts,
      arrivals,
      evidence: drafts.map((_, number) => evidence.get(number)),
      secrets: collectSecrets(
        drafts,
        running.accounts.map(({ password }) => password),
      ),
      places: new Map([
        [directory, "/srv/site"],
        [encodeURIComponent(directory), encodeURIComponent("/srv/site")],
      ]),
    });
    // The demo is an examination: what shares a string with it is no material.
    const isHeldOut = holdOut();
    const kept = rows.filter((row) => !isHeldOut(parseTrafficRow(JSON.stringify(row)).request));
    const bytes = formatRecording([...before, ...kept]);
    writeFileSync(file, bytes);
    const silent = rows.filter(({ waf }) => waf === undefined).length;
    process.stdout.write(
      `corpus/recorded/${application.name}.jsonl.gz: ${rows.length} of ${drafts.length} requests, ${silent} without evidence, ${bytes.length} bytes\n`,
    );
  };
  try {
    // What was recorded until a browser fell is as good as the rest.
    await visitAll(
      application,
      running,
      visits,
      recorder,
      clock,
      save,
      Date.parse(before.at(-1)?.time ?? firstVisit),
    ).catch((error: unknown) => process.stderr.write(`${application.name}: ended early: ${String(error)}\n`));
    save();
  } finally {
    await recorder.close();
    await waf.stop();
    await running.stop();
    await verdicts.stop();
    await removeWorkDirectory(directory);
  }
}

/** Who is on the site now, and how far its time is from ours. */
interface Clock {
  client: string;
  browser: Readonly<Record<string, string>>;
  offsetMs: number;
}

/** A key and a certificate that it signed itself: browsers tell only sites behind TLS what a request is for. */
async function makeCertificate(directory: string, host: string): Promise<{ key: Buffer; cert: Buffer }> {
  const [key, cert] = [path.join(directory, "key.pem"), path.join(directory, "cert.pem")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", `/CN=${host}`],
    ...["-keyout", key, "-out", cert],
  ]);
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

/** Lets visit follow visit until enough was recorded. */
async function visitAll(
  { name, host }: Application,
  running: RunningApplication,
  visits: readonly VisitKind[],
  recorder: Recorder,
  clock: Clock,
  save: () => void,
  beginning: number,
): Promise<void> {
  const random = seededRandom(seed);
  const writing = writingFor(random);
  const base = `https://${host}`;
  // The one without windows is the same browser and far lighter.
  const executablePath = (await findProgram("chromium-headless-shell")) ?? (await findProgram("chromium"));
  if (executablePath === undefined) throw new Error("there is no chromium");
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...chromiumArguments,
      `--host-resolver-rules=MAP ${host} 127.0.0.1:${recorder.port}, MAP * ~NOTFOUND`,
      "--ignore-certificate-errors",
    ],
  });
  try {
    const neighbors = makeHouseholds(random, households);
    const turns = visits.flatMap((kind) => Array.from({ length: kind.share }, () => kind));
    const started = Date.now();
    let beginsAt = beginning;
    let waiting: VisitKind[] = [];
    let waitingHouseholds: Household[] = [];
    for (let count = 0; Date.now() - started < longestMs; count++) {
      const kept = keptRequests(recorder.drafts).length;
      if (kept >= wanted) break;
      if (waiting.length === 0) waiting = random.shuffle([...turns]);
      const kind = waiting.pop()!;
      // Everybody comes once before anybody comes again.
      if (waitingHouseholds.length === 0) waitingHouseholds = random.shuffle([...neighbors]);
      const household = waitingHouseholds.pop()!;
      const members = running.accounts.filter(({ isAdmin }) => isAdmin === (kind.by === "admin"));
      beginsAt += random.below(minutesBetween * 60_000);
      clock.client = household.client;
      clock.browser = household.headers;
      clock.offsetMs = beginsAt - Date.now();
      const outcome = await visitOnce(browser, household, base, (page) =>
        kind.visit({
          page,
          random,
          writing,
          account: members[random.below(members.length)]!,
          goTo: async (path) => void (await page.goto(base + path, { waitUntil: "domcontentloaded" })),
        }),
      );
      beginsAt = Date.now() + clock.offsetMs;
      if (count % visitsBetweenSaves === visitsBetweenSaves - 1) save();
      process.stderr.write(`${name} ${count} ${kind.name}: ${kept} requests kept; ${outcome}\n`);
    }
  } finally {
    await browser.close();
  }
}

/** One visit in a browser without a past. Gives what became of it; a visit that comes to nothing is none the less traffic. */
async function visitOnce(
  browser: Browser,
  household: Household,
  base: string,
  visit: (page: Awaited<ReturnType<Browser["newPage"]>>) => Promise<void>,
): Promise<string> {
  const { userAgent, headers, locale, viewport } = household;
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    userAgent,
    extraHTTPHeaders: headers,
    locale,
    viewport,
    baseURL: base,
  });
  const timer = setTimeout(() => void context.close(), visitMs);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(pageMs);
    page.setDefaultNavigationTimeout(arrivalMs);
    page.on("dialog", (dialog) => void dialog.accept().catch(() => {}));
    await visit(page);
    await page.waitForTimeout(200);
    return "done";
  } catch (error) {
    return `broken off: ${String(error).replace(/\s+/g, " ").slice(0, 300)}`;
  } finally {
    clearTimeout(timer);
    await context.close();
  }
}

/** What CRS said of each request, by its number. */
function evidenceOf(asked: readonly AskedQuestion[]): ReadonlyMap<number, RecordedEvidence> {
  return new Map(
    asked.flatMap(({ fields }) => {
      const number = fieldPairs(fields, "header").find(([name]) => name === numberHeader)?.[1];
      if (number === undefined) return [];
      const integer = (key: string): number => Number(fieldValue(fields, key) ?? 0);
      const evidence: RecordedEvidence = {
        score: integer("crs-score"),
        threshold: integer("crs-threshold"),
        paranoiaLevel: integer("crs-paranoia"),
        categories: Object.fromEntries(
          fieldPairs(fields, "crs-category").map(([category, points]) => [category, Number(points)]),
        ),
        rules: fieldPairs(fields, "rule")
          .map(([id]) => Number(id))
          .sort((a, b) => a - b),
      };
      return [[Number(number), evidence] as const];
    }),
  );
}
