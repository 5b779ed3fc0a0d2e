import { beforeExit } from "../../channels/thread/exit.ts";
import { drain, lifeOf, ownLife } from "../../channels/thread/life.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { Link } from "../../channels/link/link.ts";
import { captureError } from "../messaging/remote_reply.ts";
import { Host } from "./host.ts";
import { loadLines } from "../messaging/lines.ts";
import { Pulse } from "../cell/pulse.ts";
import { FATAL, type HostEnvelope, READY } from "../messaging/protocol.ts";
import type { WorkerInit } from "../hosts/launcher.ts";

/** What a worker's module has of its thread. */
export interface WorkerScope {
  /** Calls back with the next message of the thread that has started this one. */
  nextMessage(callback: (message: unknown) => void): void;
  /** Calls back with what nobody caught on this thread, which does not end by itself then. */
  onUncaught(callback: (error: unknown) => void): void;
  /** Ends the thread. */
  exit(): void;
}

/** Makes this thread a host as the first message says, and ends it in good order at the second. */
export function serveWorker(scope: WorkerScope): void {
  scope.nextMessage(async (init) => {
    const leave = await startWorker(init as WorkerInit, scope);
    scope.nextMessage(leave);
  });
}

/**
 * Makes this thread a host.
 *
 * A thread that dies tells nobody by itself: so it says what it died of where it can, sends what is still queued,
 * and holds a lock whose release tells host 0 that it is gone.
 *
 * @returns What ends the thread once it has taken in all that was sent to it.
 */
async function startWorker(init: WorkerInit, scope: WorkerScope): Promise<() => Promise<void>> {
  const { systemId, index, isOwn, settings, firstSerial, returning, line } = init;
  const host = new Host(
    systemId,
    index,
    isOwn,
    settings,
    thread().platform.clock,
    firstSerial,
    returning,
  );
  if (init.transportModule !== null) {
    host.links.lines = await loadLines(init.transportModule);
  }
  if (init.pulse !== null) {
    const pulse = new Pulse(init.pulse);
    pulse.start(init.unresponsiveMs);
    host.observer = pulse;
  }
  const { link } = host.links.connect(0, host.links.lines.open(line));
  scope.onUncaught((error) => {
    const packet = captureError(error);
    link.send([FATAL, packet.payload], packet);
    host.links.flush();
    scope.exit();
  });
  beforeExit(() => host.links.flush());
  announce(link);
  return async () => {
    await drain(() => host.links.received, host.clock.yieldTo);
    host.links.flush();
    scope.exit();
  };
}

function announce(link: Link<HostEnvelope>): void {
  // The lock is held by now. Waiting for its promise would leave a while in which nobody hears of the end.
  void ownLife();
  link.send([READY, lifeOf(thread().number)]);
  link.flush();
}
