/** Starts the shop in a process of its own, so that its work is not mistaken for the demo's. */
import { fork } from "node:child_process";
import { once } from "node:events";

/** A running shop process. */
export interface ShopProcess {
  readonly port: number;
  /** Brings the shop back to its first state. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the shop and waits until it serves. */
export async function startShopProcess(): Promise<ShopProcess> {
  const child = fork(new URL("../shop/process.ts", import.meta.url));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    port,
    async reset() {
      const answer = once(child, "message");
      child.send("reset");
      await answer;
    },
    async stop() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
