import type { RevivalContext } from "../../channels/message/revival.ts";
import { answer, reviveReason } from "../messaging/incoming.ts";
import * as wire from "../messaging/protocol.ts";
import type { Peer } from "../messaging/remote_reply.ts";
import { killThere } from "./control.ts";
import type { Runtime } from "./runtime.ts";
import { run, spawn, startAgain } from "./start_requests.ts";

/** Handles what starts, steers and ends actors and tasks; false when the envelope is something else. */
export function receiveOrder(
  host: Runtime,
  peer: Peer,
  envelope: wire.HostEnvelope,
  context: RevivalContext,
): boolean {
  switch (envelope[0]) {
    case wire.SPAWN:
      void spawn(host, peer, envelope, context);
      return true;
    case wire.BORN:
      born(host, peer, envelope);
      return true;
    case wire.RUN:
      void run(host, peer, envelope, context);
      return true;
    case wire.STOP: {
      const [, id, to, drain] = envelope;
      // One that is to start again waits for that only when it has something to drain.
      host.actors.forgo(to, { kind: "shutdown" });
      answer(peer, id, host.cells.get(to)?.stop({ kind: "shutdown" }, drain));
      return true;
    }
    case wire.KILL:
      host.actors.forgo(envelope[2], { kind: "killed" });
      answer(peer, envelope[1], host.cells.get(envelope[2])?.kill());
      return true;
    case wire.WATCH:
      answer(peer, envelope[1], host.actors.exited(envelope[2]));
      return true;
    case wire.HAS_ENDED:
      answer(peer, envelope[1], Promise.resolve(!host.cells.has(envelope[2])));
      return true;
    case wire.EXITED:
      host.abroad.exited(peer.index, envelope[1], reviveReason(envelope[2], context));
      return true;
    case wire.REVIVE:
      void startAgain(host, peer, envelope, context);
      return true;
    case wire.STARTS_AGAIN:
      host.abroad.get(peer.index, envelope[1])?.startsAgain();
      return true;
    case wire.FAILED:
      host.abroad.get(peer.index, envelope[1])?.failed(reviveReason(envelope[2], context));
      return true;
    case wire.HALT:
      answer(peer, envelope[1], host.cells.get(envelope[2])?.halt());
      return true;
    case wire.RESUME: {
      const reason = reviveReason(envelope[3], context);
      answer(peer, envelope[1], host.cells.get(envelope[2])?.resume(reason));
      return true;
    }
    case wire.FINISH: {
      const [, id, serial, payload] = envelope;
      const reason = reviveReason(payload, context);
      host.actors.forgo(serial, reason);
      answer(peer, id, host.cells.get(serial)?.finish(reason));
      return true;
    }
    default:
      envelope satisfies Exclude<wire.HostEnvelope, wire.OrderEnvelope>;
      return false;
  }
}

/** The actor that a request was to start is there. */
function born(
  host: Runtime,
  { index }: Peer,
  [, id, serial, isDone]: wire.HostEnvelope & { 0: typeof wire.BORN },
): void {
  const { requests } = host;
  const start = requests.waiting(id);
  // It was given up meanwhile.
  if (start === undefined) return killThere(host, index, serial);
  start.born!(serial);
  if (isDone) requests.answered(id)!.resolve(serial);
}
