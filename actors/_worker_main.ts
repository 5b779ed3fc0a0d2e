import { systemClock } from "./_clock.ts";
import { captureError } from "./_peer.ts";
import { Host } from "./_host.ts";
import { holdForLife, lifeLock } from "./_locks.ts";
import { FATAL, READY } from "./_protocol.ts";
import { systemOf } from "./actor_system.ts";
import type { WorkerInit } from "./_worker_process.ts";

/** How a worker of either kind hears of its own end. */
export interface Traps {
  /** Calls back with errors that nobody caught. */
  onUncaught(callback: (error: unknown) => void): void;
  /** Calls back before the program's own code ends the thread. */
  onExit(callback: () => void): void;
  /** Ends the thread. */
  exit(): void;
}

/**
 * Makes this thread a host.
 *
 * A thread that dies tells nobody by itself: so it says what it died of where it can, sends what is still queued,
 * and holds a lock whose release tells host 0 that it is gone.
 */
export function startWorker(init: WorkerInit, traps: Traps): void {
  const { systemId, index, isOwn, settings, port } = init;
  const host = new Host(systemId, index, isOwn, settings, systemClock);
  systemOf(host);
  const { link } = host.network.connect(0, port);
  traps.onUncaught((error) => {
    const packet = captureError(error);
    link.send([FATAL, packet.payload], packet);
    host.network.flush();
    traps.exit();
  });
  traps.onExit(() => host.network.flush());
  holdForLife(lifeLock(systemId, index), () => {
    link.send([READY]);
    link.flush();
  });
}
