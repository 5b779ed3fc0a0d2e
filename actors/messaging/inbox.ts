// A message can hold these, also one to a module that has never heard of them.
import "../../channels/pipe/pipe_end.ts";
import "../../channels/queue/queue.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { type RevivalContext, revive } from "../../channels/message/revival.ts";
import type { Cell } from "../cell/cell.ts";
import { Item, itemFor, type Meta } from "../cell/item.ts";
import { abandon } from "./incoming.ts";
import * as wire from "./protocol.ts";
import type { RefOwner, Target } from "./ref_owner.ts";
import { type Peer, RemoteReply } from "./remote_reply.ts";

/** Handles messages to actors and answers to those from here; false when the envelope is something else. */
export function receiveMessage(
  host: RefOwner,
  peer: Peer,
  envelope: wire.HostEnvelope,
  context: RevivalContext,
): boolean {
  switch (envelope[0]) {
    case wire.TELL:
      told(host, envelope, context);
      return true;
    case wire.ASK: {
      const [, to, handler] = envelope;
      for (let index = 3; index < envelope.length; index += 2) {
        const id = envelope[index] as number;
        const args = envelope[index + 1] as Payload;
        asked(host, new RemoteReply(peer, id), to, handler, args, null, null, context);
      }
      return true;
    }
    case wire.CHAINED_ASK:
    case wire.STREAM: {
      const [kind, id, to, handler, args, chain] = envelope;
      const meta = kind === wire.CHAINED_ASK ? envelope[6] ?? null : null;
      const reply = new RemoteReply(peer, id, kind === wire.STREAM);
      asked(host, reply, to, handler, args, chain, meta, context);
      return true;
    }
    case wire.CANCEL:
      peer.requests.get(envelope[1])?.cancel();
      return true;
    case wire.REPLY:
      for (let index = 3; index < envelope.length; index += 2) {
        const result = envelope[index + 1] as Payload;
        settle(host, envelope[index] as number, result, context, "resolve");
      }
      return true;
    case wire.FAIL:
      settle(host, envelope[1], envelope[2], context, "reject");
      return true;
    case wire.CREDIT:
      peer.requests.get(envelope[1])?.grant(envelope[2]);
      return true;
    case wire.ITEM:
      streamed(host, envelope[1], envelope[2], context);
      return true;
    default:
      envelope satisfies Exclude<wire.HostEnvelope, wire.MessageEnvelope>;
      return false;
  }
}

/** An actor of this host; a keyed one is activated. */
function cellOf(host: RefOwner, to: wire.To): Cell | undefined {
  return typeof to === "number" ? host.cells.get(to) : host.keyed.cellOf(to);
}

/** Whether work was put off until a kind of keyed actors is known here. */
function isKindToCome(host: RefOwner, to: wire.To, work: () => void): boolean {
  return typeof to === "string" && host.keyed.defer(to, work);
}

/** A reference to an actor that is not here. */
function endedRef(host: RefOwner, to: wire.To): Target {
  return typeof to === "number" ? host.actors.endedRef(to) : host.keyed.refTo(to);
}

/** Why a message finds no actor here. */
function whyNot(host: RefOwner, to: wire.To): string {
  return typeof to === "number" ? "the actor has ended" : host.keyed.refusal(to, "tell").message;
}

function told(
  host: RefOwner,
  envelope: wire.HostEnvelope & { 0: typeof wire.TELL },
  context: RevivalContext,
): void {
  const to = envelope[1];
  const handler = envelope[2];
  const cell = cellOf(host, to);
  if (cell === undefined && isKindToCome(host, to, () => told(host, envelope, context))) return;
  const actor = () => cell?.ref ?? endedRef(host, to);
  for (let index = 3; index < envelope.length; index++) {
    if (cell === undefined) {
      abandon(envelope[index] as Payload, context);
      host.reports.deadLetter(actor(), handler, whyNot(host, to));
      continue;
    }
    try {
      const args = revive(envelope[index] as Payload, context);
      cell.push(new Item(handler, args, null, null));
    } catch (error) {
      host.reports.deadLetter(actor(), handler, (error as Error).message);
    }
  }
}

function asked(
  host: RefOwner,
  reply: RemoteReply,
  to: wire.To,
  handler: string,
  payload: Payload,
  chain: readonly string[] | null,
  meta: Meta | null,
  context: RevivalContext,
): void {
  if (typeof to === "number" && host.returning.has(to)) {
    // The reply is there meanwhile, for the credit of a stream, and for an asker that leaves.
    const again = () => asked(host, reply, to, handler, payload, chain, meta, context);
    return void host.returning.defer(to, again);
  }
  if (reply.settled) return abandon(payload, context);
  const cell = cellOf(host, to);
  if (cell === undefined) {
    const again = () => asked(host, reply, to, handler, payload, chain, meta, context);
    if (isKindToCome(host, to, again)) return;
    abandon(payload, context);
    const actor = endedRef(host, to);
    host.reports.deadLetter(actor, handler, whyNot(host, to));
    return reply.reject(frameless(() => actor.refusal(`send "${handler}"`)));
  }
  try {
    const { keepsInstances } = cell;
    const args = revive(payload, keepsInstances ? { ...context, keepsInstances } : context);
    const item = itemFor(handler, args, reply, chain, meta);
    reply.onCancel = () => cell.withdraw(item);
    cell.push(item);
  } catch (error) {
    reply.reject(error);
  }
}

function settle(
  host: RefOwner,
  id: number,
  payload: Payload,
  context: RevivalContext,
  how: "resolve" | "reject",
): void {
  const target = host.requests.answered(id);
  if (target === undefined) return abandon(payload, context);
  try {
    target[how](revive(payload, context)[0]);
  } catch (error) {
    target.reject(error);
  }
}

function streamed(host: RefOwner, id: number, payload: Payload, context: RevivalContext): void {
  const target = host.requests.waiting(id);
  if (target === undefined) return;
  try {
    target.deliver!(revive(payload, context)[0]);
  } catch (error) {
    host.requests.withdraw(target.at, id);
    target.reject(error);
  }
}
