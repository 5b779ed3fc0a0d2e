import { checkCame, portIn } from "../../channels/vocabulary/malformed.ts";
import { type RevivalContext, revive } from "../../channels/message/revival.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { DefinedKeyed } from "../definition/defined_keyed.ts";
import { answer, reviveError } from "../messaging/incoming.ts";
import type { FarEnd } from "../messaging/lines.ts";
import { noteDone } from "../messaging/loss.ts";
import * as wire from "../messaging/protocol.ts";
import type { Peer } from "../messaging/remote_reply.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";
import type { Coordinator, LeaderHost } from "./coordinator.ts";
import { decide, forgo, lose } from "./mourning.ts";

/** What hosts can do to each other. */
export interface HostsMember extends LeaderHost {
  /** What only host 0 has. */
  readonly coordinator: Coordinator | null;
  refOf(at: number, serial: number, name: string | undefined): ActorRef<unknown>;
  readonly keyed: {
    /** Activates a keyed actor. */
    wake(id: string): void;
  };
  /** Waits until what was sent here has its place, but not longer than `ms` milliseconds. */
  sendAll(ms: number): Promise<void>;
}

/** Handles what hosts say about themselves and each other; false when the envelope is something else. */
export function receiveNews(
  host: HostsMember,
  peer: Peer,
  envelope: wire.HostEnvelope,
  context: RevivalContext,
): boolean {
  switch (envelope[0]) {
    case wire.CONNECT:
      connect(host, peer, envelope, context);
      return true;
    case wire.READY:
      host.coordinator?.ready(peer.index, envelope[1]);
      return true;
    case wire.FATAL:
      host.coordinator?.failed(peer.index, reviveError(envelope[1], context));
      return true;
    case wire.HOST_LOST:
      void host.lost.inOrder(envelope[1], () => mourn(host, peer, envelope, context));
      return true;
    case wire.MOURNED:
      host.coordinator?.mourned(envelope[1], peer.index, {
        returning: envelope[2],
        ordered: envelope[3],
        gone: envelope[4],
        arrived: envelope[5],
      });
      return true;
    case wire.HOST_BACK:
      void host.lost.inOrder(envelope[1], () => {
        forgo(host, envelope[1], envelope[2]);
        decide(host, envelope[1], true);
      });
      return true;
    case wire.HOST_GONE:
      void host.lost.inOrder(envelope[1], () => decide(host, envelope[1], false));
      return true;
    case wire.DEPARTED:
      host.coordinator?.departed(envelope[1], envelope[2], peer.index, envelope[3]);
      return true;
    case wire.REPORT:
      reported(host, peer, envelope, context);
      return true;
    case wire.DIRECTORY:
      answer(peer, envelope[1], host.coordinator?.answer(envelope[2], peer.index));
      return true;
    case wire.SHUTDOWN:
      answer(peer, envelope[1], host.windUp(Number(envelope[2])));
      return true;
    case wire.SEND_ALL:
      answer(peer, envelope[1], host.sendAll(envelope[2]));
      return true;
    case wire.QUIET:
      host.quiet();
      return true;
    case wire.WAKE:
      host.keyed.wake(envelope[1]);
      return true;
    case wire.KIND:
      named(host, peer, envelope[1], context);
      return true;
    default:
      envelope satisfies Exclude<wire.HostEnvelope, wire.NewsEnvelope>;
      return false;
  }
}

function reported(
  host: HostsMember,
  peer: Peer,
  [, type, payload]: wire.HostEnvelope & { 0: typeof wire.REPORT },
  context: RevivalContext,
): void {
  try {
    const [detail] = revive(payload, context) as [SystemEvents[keyof SystemEvents]];
    checkCame(typeof detail === "object" && detail !== null, "event");
    host.reports.report(type as keyof SystemEvents, detail);
  } catch (error) {
    const ref = host.refOf(peer.index, 0, undefined);
    host.reports.report("error", { ref, handler: type, host: peer.index, error });
  }
}

/** A host uses a kind of keyed actors. */
function named(host: HostsMember, peer: Peer, payload: Payload, context: RevivalContext): void {
  try {
    const [definition] = revive(payload, context);
    checkCame(definition instanceof DefinedKeyed, "definition");
    host.coordinator?.kinds.add(definition);
  } catch (error) {
    const detail = { ref: undefined, handler: "kind", host: peer.index, error };
    host.reports.report("error", detail);
  }
}

async function mourn(
  host: HostsMember,
  peer: Peer,
  [, at, cause, culprit, isDone]: wire.HostEnvelope & { 0: typeof wire.HOST_LOST },
  context: RevivalContext,
): Promise<void> {
  const error = new HostLostError(at, { cause: reviveError(cause, context) });
  if (isDone) noteDone(error);
  const { returning, ordered, gone, arrived } = await lose(host, at, error, culprit);
  peer.link.send([wire.MOURNED, at, returning, ordered, gone, arrived]);
}

function connect(
  host: HostsMember,
  peer: Peer,
  [, at, payload, starts]: wire.HostEnvelope & { 0: typeof wire.CONNECT },
  context: RevivalContext,
): void {
  const [came, memory] = revive(payload, context);
  const port = portIn(came, "line");
  checkCame(memory === null || memory instanceof SharedArrayBuffer, "memory of a line");
  const far: FarEnd = { port, memory };
  if (host.coordinator !== null) return host.coordinator.introduce(peer, at, far, starts);
  // Until the loss of the thread before is over here, some of what is for the new one waits, and the rest must, too.
  void host.lost.inOrder(at, () => void host.links.connect(at, host.links.lines.open(far)));
}
