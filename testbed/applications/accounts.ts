/** The people who have accounts. Names are of every kind, as they are anywhere. */
import { randomBytes } from "node:crypto";
import type { Account } from "./application.ts";

const names = ["Mairead", "anselm", "Ottoline", "bartek.w", "yuki", "Devnarain"];

/** Accounts with new passwords; the first one administrates. */
export function makeAccounts(): readonly Account[] {
  return names.map((name, index) => ({
    name,
    // A letter of each case, a digit and a mark satisfy every application's taste.
    password: `K${randomBytes(9).toString("hex")}w7!`,
    isAdmin: index === 0,
  }));
}
