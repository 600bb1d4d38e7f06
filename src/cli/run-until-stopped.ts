/**
 * The life of a long-running command: ready line, reload on SIGHUP, graceful end on SIGTERM or SIGINT.
 */
import type { Logger } from "pino";

/** Something that serves until it is stopped. */
export interface Service {
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/**
 * Says on standard output that the service is ready and returns once it was told to stop and has stopped. A second
 * signal ends the process at once, with status 1.
 */
export async function runUntilStopped(service: Service, log: Logger, reload: () => unknown): Promise<void> {
  process.on("SIGHUP", reload);
  process.stdout.write(`arbiter: ready on ${service.addresses.join(",")}\n`);
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    const onSignal = (name: NodeJS.Signals): void => {
      process.once("SIGTERM", endNow);
      process.once("SIGINT", endNow);
      resolve(name);
    };
    process.once("SIGTERM", onSignal);
    process.once("SIGINT", onSignal);
  });
  log.info({ signal }, "stopping: requests in flight are finished");
  await service.stop();
  process.off("SIGHUP", reload);
  log.info("stopped");
}

function endNow(): never {
  process.exit(1);
}
