/**
 * A visitor in a real browser: Debian's chromium without a window, which searches, reads, writes, edits the handbook,
 * uploads and logs in. It goes through a recorder; what it sent is replayed through every configuration.
 */

import { chromium, type Page } from "playwright-core";
import { chromiumArguments } from "../../testbed/chromium.ts";
import { findProgram } from "../../testbed/install.ts";
import { startRecorder } from "../recorder.ts";
import { shopHost } from "../requests/browser.ts";
import type { Draft } from "../requests/request.ts";
import { readPieces, readWriting } from "./writing.ts";

/** What the browser sent, or why there was none. */
export interface BrowserSession {
  readonly drafts: readonly Draft[];
  readonly leftOut?: string;
}

/** Seconds after which the session is cut short. */
export const browserSeconds = 60;

/** Runs the session against the server on `upstreamPort`. Never throws: what went wrong is the reason for leaving it out. */
export async function runBrowserSession(upstreamPort: number): Promise<BrowserSession> {
  const executablePath = (await findProgram("chromium")) ?? (await findProgram("chromium-browser"));
  if (executablePath === undefined)
    return { drafts: [], leftOut: "no chromium: the recorded visitors play alone" };
  const recorder = await startRecorder(upstreamPort);
  try {
    const base = `http://${shopHost}`;
    const browser = await chromium.launch({
      executablePath,
      // The shop has a name and no port, as sites do, and its pages are as trusted as if they came over TLS.
      args: [
        ...chromiumArguments,
        `--host-resolver-rules=MAP ${shopHost} 127.0.0.1:${recorder.port}`,
        `--unsafely-treat-insecure-origin-as-secure=${base}`,
      ],
      timeout: 30_000,
    });
    const timer = setTimeout(() => void browser.close(), browserSeconds * 1000);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(15_000);
      await visit(page, base);
    } finally {
      clearTimeout(timer);
      await browser.close();
    }
    return { drafts: recorder.drafts };
  } catch (error) {
    const reason = `the browser session was cut short: ${String(error).split("\n")[0]}`;
    return { drafts: recorder.drafts, leftOut: reason };
  } finally {
    await recorder.close();
  }
}

async function visit(page: Page, base: string): Promise<void> {
  const posts = readWriting("writing").posts;
  const goTo = (path: string) => page.goto(base + path);
  const sendForm = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    const form = page.locator('main form[method="post"]');
    for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
    await form.locator("button").click();
    await page.waitForLoadState();
  };

  await goTo("/");
  for (const words of ["pull saw", "o'connor's plane", 'union nut 1/2" brass', "select * from beds"]) {
    await page.locator('[name="q"]').fill(words);
    await page.locator("form.search button").click();
    await page.waitForLoadState();
  }
  await goTo("/products/coping-saw");
  await sendForm({
    title: "It's good",
    stars: "4",
    review: "Cuts well; the blade isn't <great>, but O'Hara's are worse.",
  });
  await goTo("/login");
  await sendForm({ login: "orla", password: "harbour-lantern" });
  await goTo("/profile");
  await sendForm({
    name: "Orla O'Connor",
    email: "orla@yard.example",
    city: "Dún Laoghaire",
    signature: "-- \nOrla && the dog",
  });
  for (const piece of posts.filter((_, index) => index % 8 === 3)) {
    await goTo("/forum/help");
    await sendForm({ title: piece.title, body: piece.text, tags: "help" });
  }
  for (const piece of readPieces("pages").slice(0, 8)) {
    await goTo(`/wiki/${piece.title}?edit=1`);
    await sendForm({ text: piece.text, summary: "typo" });
    await page.evaluate(`fetch("/wiki/preview", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ markdown: ${JSON.stringify(piece.text)} }),
    }).then((reply) => reply.text())`);
  }
  for (const piece of readPieces("uploads").slice(0, 4)) {
    await goTo("/upload");
    const at = piece.title.lastIndexOf(" ");
    const file = {
      name: piece.title.slice(0, at),
      mimeType: piece.title.slice(at + 1),
      buffer: Buffer.from(piece.text),
    };
    await page.locator('main [name="file"]').setInputFiles(file);
    await sendForm({ description: `Here's my ${piece.title.slice(0, at)}` });
  }
  for (const piece of readPieces("messages").slice(0, 4)) {
    await goTo("/contact");
    await sendForm({
      name: "Miles O'Brien",
      email: "m.obrien@ds9.example",
      subject: piece.title,
      message: piece.text,
    });
  }
}
