import type { RevivalContext } from "../../channels/message/revival.ts";
import { type HostsMember, receiveNews } from "../hosts/inbox.ts";
import { receiveOrder } from "../lifecycle/inbox.ts";
import type { Runtime } from "../lifecycle/runtime.ts";
import { checkShape } from "../messaging/envelope_shape.ts";
import { receiveMessage } from "../messaging/inbox.ts";
import * as wire from "../messaging/protocol.ts";
import type { Peer } from "../messaging/remote_reply.ts";

/** Handles what another host sends: the other end of every envelope of `protocol.ts`. */
export function dispatch(
  host: Runtime & HostsMember,
  peer: Peer,
  envelope: wire.HostEnvelope,
  context: RevivalContext,
): void {
  checkShape(envelope, peer.index);
  if (host.returning.size > 0 && isPutOff(host, peer, envelope, context)) return;
  receiveMessage(host, peer, envelope, context) ||
    receiveOrder(host, peer, envelope, context) ||
    receiveNews(host, peer, envelope, context);
}

/** Whether an envelope waits until the actor that it is for is here again. */
function isPutOff(
  host: Runtime & HostsMember,
  peer: Peer,
  envelope: wire.HostEnvelope,
  context: RevivalContext,
): boolean {
  const to = targetOf(envelope);
  return to !== null && host.returning.defer(to, () => dispatch(host, peer, envelope, context));
}

/** The actor that an envelope is for; those of requests that can be given up wait by themselves, see `asked`. */
function targetOf(envelope: wire.HostEnvelope): number | null {
  switch (envelope[0]) {
    case wire.TELL:
      return typeof envelope[1] === "number" ? envelope[1] : null;
    case wire.STOP:
      return envelope[3] ? envelope[2] : null;
    case wire.WATCH:
    case wire.HAS_ENDED:
      return envelope[2];
    default:
      return null;
  }
}
