/**
 * Proves cross-site scripting in a real browser: Debian's Chromium without a window. A payload is put into each page of
 * `markup.ts` in which it could run; what a user might do there is done; it attacks where a dialog or another hooked
 * function is called. Nothing leaves the browser: every request fails.
 */
import { chromium, type Page } from "playwright-core";
import { pages, pagesAttacked } from "./markup.ts";

/** Milliseconds until a payload that calls nothing is given up. */
const patienceMs = 350;
/** Milliseconds until the browser is taken to hang. */
const hungMs = 1_500;
/** Pages of one payload that are tried. */
const mostPages = 3;

/** Tells whether payloads run. */
export interface BrowserOracle {
  /** True where the payload calls something in a page of its kind. Waits for at most a second or so. */
  runs(payload: string): Promise<boolean>;
  close(): Promise<void>;
}

/** In every frame: calls of these are what is looked for. */
const hooks = `(() => {
  const fire = () => { top.fired = true; };
  for (const name of ["alert", "confirm", "prompt", "print", "fetch", "open"]) window[name] = fire;
  navigator.sendBeacon = fire;
  XMLHttpRequest.prototype.open = fire;
  try { Object.defineProperty(Document.prototype, "cookie", { get() { fire(); return "k=v"; }, set: fire }); } catch {}
})();`;

/** What a user does: everything that the page listens to. */
const visit = `(() => {
  for (const element of document.querySelectorAll("*")) {
    for (const name of element.getAttributeNames())
      if (name.startsWith("on")) element.dispatchEvent(new Event(name.slice(2), { bubbles: false }));
    for (const name of ["href", "xlink:href", "action", "formaction"]) {
      const address = element.getAttribute(name);
      if (address !== null && /^[\\0-\\x20]*j[\\s]*a[\\s]*v[\\s]*a[\\s]*s/i.test(address)) element.tagName === "FORM" ? element.submit() : element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
  }
})();`;

/** Where a Chromium may be found. */
export const chromiumPrograms = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
];

const browserArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--disable-background-networking",
];

/** A browser with an empty page; `stop` ends both, whatever they are doing. */
interface Session {
  readonly page: Page;
  stop(): Promise<void>;
}

async function openSession(executablePath: string): Promise<Session> {
  const browser = await chromium.launch({ executablePath, args: browserArguments, timeout: 30_000 });
  const page = await browser.newPage();
  page.on("dialog", (dialog) => void dialog.dismiss().catch(() => undefined));
  page.on("popup", (popup) => void popup.close().catch(() => undefined));
  await page.route("**/*", (route) =>
    (route.request().url().startsWith("data:") ? route.continue() : route.abort()).catch(() => undefined),
  );
  await page.setContent("<body></body>");
  return { page, stop: () => browser.close() };
}

/** Starts the browser at `executablePath`. Throws where it does not start. */
export async function browserOracle(executablePath: string): Promise<BrowserOracle> {
  let session: Session | undefined = await openSession(executablePath);
  const tryPage = async (html: string): Promise<boolean> => {
    session ??= await openSession(executablePath);
    const framed = `<html><head><script>${hooks}</script></head><body>${html}<script>addEventListener("load", () => { ${visit} });</script></body></html>`;
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), hungMs);
    });
    const ran = session.page.evaluate(runInFrame, { framed, hooks, patienceMs }).catch(() => undefined);
    const fired = await Promise.race([ran, hung]);
    clearTimeout(timer);
    if (fired === undefined) {
      // The payload loops, or led the page elsewhere; neither is a call that is looked for. It starts afresh.
      await session.stop().catch(() => undefined);
      session = undefined;
    }
    return fired === true;
  };
  return {
    async runs(payload) {
      for (const index of pagesAttacked(payload).slice(0, mostPages))
        if (await tryPage(pages[index]!.replace("$", () => payload))) return true;
      return false;
    },
    async close() {
      await session?.stop();
      session = undefined;
    },
  };
}

/** Runs in the browser. */
function runInFrame({
  framed,
  hooks,
  patienceMs,
}: {
  framed: string;
  hooks: string;
  patienceMs: number;
}): Promise<boolean> {
  interface Host {
    fired: boolean;
    eval(code: string): unknown;
    document: {
      createElement(name: string): { srcdoc: string; remove(): void };
      body: { replaceChildren(...nodes: unknown[]): void };
    };
  }
  const host = globalThis as unknown as Host;
  host.eval(hooks);
  host.fired = false;
  const frame = host.document.createElement("iframe");
  frame.srcdoc = framed;
  host.document.body.replaceChildren(frame);
  const until = performance.now() + patienceMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!host.fired && performance.now() < until) {
        setTimeout(look, 4);
        return;
      }
      frame.remove();
      resolve(host.fired);
    };
    setTimeout(look, 4);
  });
}
