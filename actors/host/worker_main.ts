import { beforeExit } from "../../channels/thread/exit.ts";
import { drain, lifeOf, ownLife } from "../../channels/thread/life.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { Link } from "../../channels/link/link.ts";
import { captureError } from "../messaging/remote_reply.ts";
import { Host } from "./host.ts";
import { loadLines } from "../messaging/lines.ts";
import { Pulse } from "../cell/pulse.ts";
import { FATAL, type HostEnvelope, READY } from "../messaging/protocol.ts";
import { onUncaught } from "./_uncaught.ts";
import type { WorkerInit } from "../hosts/launcher.ts";

/**
 * Makes this thread a host.
 *
 * A thread that dies tells nobody by itself: so it says what it died of where it can, sends what is still queued,
 * and holds a lock whose release tells host 0 that it is gone.
 *
 * @param exit Ends the thread.
 * @returns What ends the thread once it has taken in all that was sent to it.
 */
export async function startWorker(init: WorkerInit, exit: () => void): Promise<() => void> {
  const { systemId, index, isOwn, settings, firstSerial, survivors, line } = init;
  const host = new Host(
    systemId,
    index,
    isOwn,
    settings,
    thread().platform.clock,
    firstSerial,
    survivors,
  );
  if (init.transportModule !== null) {
    host.links.lines = await loadLines(init.transportModule);
  }
  if (init.pulse !== null) {
    host.pulse = new Pulse(init.pulse);
    host.pulse.start(init.unresponsiveMs);
  }
  const { link } = host.links.connect(0, host.links.lines.open(line));
  onUncaught((error) => {
    const packet = captureError(error);
    link.send([FATAL, packet.payload], packet);
    host.links.flush();
    exit();
  });
  beforeExit(() => host.links.flush());
  announce(link);
  return async () => {
    await drain(() => host.links.received, host.clock.yieldTo);
    host.links.flush();
    exit();
  };
}

function announce(link: Link<HostEnvelope>): void {
  // The lock is held by now. Waiting for its promise would leave a while in which nobody hears of the end.
  void ownLife();
  link.send([READY, lifeOf(thread().number)]);
  link.flush();
}
