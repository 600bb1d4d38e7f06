/** What a visit is: somebody in a browser on one site for some minutes, with something to write. */
import type { Page } from "playwright-core";
import type { Random } from "../../src/random.ts";
import type { Account } from "../../testbed/applications/application.ts";
import type { Writing } from "./writing.ts";

/** What a visit has to work with. */
export interface Visitor {
  readonly page: Page;
  readonly random: Random;
  readonly writing: Writing;
  /** Who this visitor is, where the visit is one of somebody with an account. */
  readonly account: Account;
  /** Opens a path of the site, with whatever query. */
  goTo(path: string): Promise<void>;
}

/** One kind of visit. */
export interface VisitKind {
  readonly name: string;
  /** Whose visit it is; `guest` has no account. */
  readonly by: "guest" | "member" | "admin";
  /** How often it comes among the visits of its site; relative. */
  readonly share: number;
  visit(visitor: Visitor): Promise<void>;
}

/** One of the items. Advances the generator. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)]!;
}

/** Does something so often, between `least` and `most`. Advances the generator. */
export async function repeat(
  random: Random,
  least: number,
  most: number,
  step: () => Promise<void>,
): Promise<void> {
  for (let left = least + random.below(most - least + 1); left > 0; left--) await attempt(step);
}

/** Does something that may come to nothing, as a button that is not there on a slow day; people go on then. */
export async function attempt(step: () => Promise<unknown>): Promise<void> {
  await step().catch((error: unknown) => {
    process.stderr.write(`  ${String(error).replace(/\s+/g, " ").slice(0, 160)}\n`);
  });
}

/** Milliseconds that a click or a key may take to lead to another page; some lead to none. */
const patienceMs = 3_000;

/** Clicks, and waits for the page that this leads to, if it does. */
export async function clickThrough(page: Page, selector: string): Promise<void> {
  await leading(page, () => page.locator(selector).first().click());
}

/** Fills a field and presses Enter in it, and waits for the page that this leads to, if it does. */
export async function submitWith(page: Page, selector: string, value: string): Promise<void> {
  const field = page.locator(selector).first();
  await field.fill(value);
  await leading(page, () => field.press("Enter"));
}

async function leading(page: Page, act: () => Promise<void>): Promise<void> {
  const arrival = page
    .waitForNavigation({ waitUntil: "domcontentloaded", timeout: patienceMs })
    .catch(() => undefined);
  await act();
  await arrival;
}

/** A quarter of the items, at least one. Advances the generator. */
export function some<T>(random: Random, items: readonly T[]): readonly T[] {
  return random.shuffle([...items]).slice(0, Math.max(1, Math.ceil(items.length / 4)));
}
