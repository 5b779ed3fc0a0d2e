// A message can hold these, also one to a module that has never heard of them.
import "../../channels/pipe/pipe_end.ts";
import "../../channels/queue/queue.ts";
import { abandonItem, itemFrom } from "../../channels/packing/abandon.ts";
import { checkCame, portIn } from "../../channels/vocabulary/malformed.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import type { Payload } from "../../channels/packing/marker.ts";
import { type RevivalContext, revive } from "../../channels/packing/revival.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import { noteDone } from "./loss.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Host } from "../host/host.ts";
import type { FarEnd } from "./lines.ts";
import { Item } from "../cell/item.ts";
import { type Peer, RemoteReply } from "./remote_reply.ts";
import { checkShape } from "./_envelope_shape.ts";
import * as wire from "./protocol.ts";
import { run, spawn, startAgain } from "../lifecycle/start_requests.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";

/** Handles what another host sends: the other end of every envelope of `protocol.ts`. */
export function receive(
  host: Host,
  peer: Peer,
  envelope: wire.HostEnvelope,
  context: RevivalContext,
): void {
  checkShape(envelope, peer.index);
  const to = targetOf(envelope);
  if (to !== null && host.survivors.defer(to, () => receive(host, peer, envelope, context))) return;
  switch (envelope[0]) {
    case wire.TELL:
      return told(host, envelope, context);
    case wire.ASK: {
      const [, to, handler] = envelope;
      for (let index = 3; index < envelope.length; index += 2) {
        const id = envelope[index] as number;
        const args = envelope[index + 1] as Payload;
        asked(host, new RemoteReply(peer, id), to, handler, args, null, context);
      }
      return;
    }
    case wire.CHAINED_ASK:
    case wire.STREAM: {
      const [kind, id, to, handler, args, chain] = envelope;
      const reply = new RemoteReply(peer, id, kind === wire.STREAM);
      return asked(host, reply, to, handler, args, chain, context);
    }
    case wire.CANCEL:
      return peer.requests.get(envelope[1])?.cancel();
    case wire.REPLY:
      for (let index = 3; index < envelope.length; index += 2) {
        const result = envelope[index + 1] as Payload;
        settle(host, envelope[index] as number, result, context, "resolve");
      }
      return;
    case wire.FAIL:
      return settle(host, envelope[1], envelope[2], context, "reject");
    case wire.CREDIT:
      return peer.requests.get(envelope[1])?.grant(envelope[2]);
    case wire.ITEM:
      return streamed(host, envelope[1], envelope[2], context);
    case wire.SPAWN:
      return void spawn(host, peer, envelope, context);
    case wire.BORN:
      return host.network.born(peer.index, envelope[1], envelope[2], envelope[3]);
    case wire.RUN:
      return void run(host, peer, envelope, context);
    case wire.STOP: {
      const [, id, to, drain] = envelope;
      // One that is to start again waits for that only when it has something to drain, see `targetOf`.
      host.abandon(to, { kind: "shutdown" });
      return answer(peer, id, host.cells.get(to)?.stop({ kind: "shutdown" }, drain));
    }
    case wire.KILL:
      host.abandon(envelope[2], { kind: "killed" });
      return answer(peer, envelope[1], host.cells.get(envelope[2])?.kill());
    case wire.WATCH:
      return answer(peer, envelope[1], host.exited(envelope[2]));
    case wire.HAS_ENDED:
      return answer(peer, envelope[1], Promise.resolve(!host.cells.has(envelope[2])));
    case wire.EXITED: {
      const reason = reviveReason(envelope[2], context);
      return host.network.childExited(peer.index, envelope[1], reason);
    }
    case wire.CONNECT:
      return connect(host, peer, envelope[1], envelope[2], context);
    case wire.READY:
      return host.coordinator?.ready(peer.index, envelope[1]);
    case wire.FATAL:
      return host.coordinator?.failed(peer.index, reviveError(envelope[1], context));
    case wire.LOST:
      return void mourn(host, peer, envelope, context);
    case wire.MOURNED:
      return host.coordinator?.mourned(envelope[1], peer.index, {
        survivors: envelope[2],
        ordered: envelope[3],
        gone: envelope[4],
      });
    case wire.REBORN:
      host.network.forgo(envelope[1], envelope[2]);
      return host.network.decide(envelope[1], true);
    case wire.BURIED:
      return host.network.decide(envelope[1], false);
    case wire.REVIVE:
      return void startAgain(host, peer, envelope, context);
    case wire.FAILED: {
      const child = host.network.childOn(peer.index, envelope[1]);
      return child?.failed(reviveReason(envelope[2], context));
    }
    case wire.HALT:
      return answer(peer, envelope[1], host.cells.get(envelope[2])?.halt());
    case wire.RESUME: {
      const reason = reviveReason(envelope[3], context);
      return answer(peer, envelope[1], host.cells.get(envelope[2])?.resume(reason));
    }
    case wire.FINISH: {
      const [, id, serial, payload] = envelope;
      const reason = reviveReason(payload, context);
      host.abandon(serial, reason);
      return answer(peer, id, host.cells.get(serial)?.finish(reason));
    }
    case wire.DEPARTED:
      return host.coordinator?.departed(envelope[1], envelope[2], peer.index);
    case wire.REPORT:
      return reported(host, peer, envelope, context);
    case wire.DIRECTORY:
      return answer(peer, envelope[1], host.coordinator?.answer(envelope[2], peer.index));
    case wire.SHUTDOWN:
      return answer(peer, envelope[1], host.windUp(Number(envelope[2])));
    case wire.SEND_ALL:
      return answer(peer, envelope[1], host.sendAll(envelope[2]));
    case wire.QUIET:
      return host.quiet();
  }
}

function told(
  host: Host,
  envelope: wire.HostEnvelope & { 0: typeof wire.TELL },
  context: RevivalContext,
): void {
  const to = envelope[1];
  const handler = envelope[2];
  const cell = host.cells.get(to);
  const actor = () => cell?.ref ?? host.endedRef(to);
  for (let index = 3; index < envelope.length; index++) {
    if (cell === undefined) {
      abandon(envelope[index] as Payload, context);
      host.deadLetter(actor(), handler, "the actor has ended");
      continue;
    }
    try {
      const args = revive(envelope[index] as Payload, context);
      cell.push(new Item(handler, args, null, null));
    } catch (error) {
      host.deadLetter(actor(), handler, (error as Error).message);
    }
  }
}

function asked(
  host: Host,
  reply: RemoteReply,
  to: number,
  handler: string,
  payload: Payload,
  chain: readonly string[] | null,
  context: RevivalContext,
): void {
  if (host.survivors.has(to)) {
    // The reply is there meanwhile, for the credit of a stream, and for an asker that leaves.
    const again = () => asked(host, reply, to, handler, payload, chain, context);
    return void host.survivors.defer(to, again);
  }
  if (reply.settled) return abandon(payload, context);
  const cell = host.cells.get(to);
  if (cell === undefined) {
    abandon(payload, context);
    const actor = host.endedRef(to);
    host.deadLetter(actor, handler, "the actor has ended");
    const ended = () => new ActorStoppedError(actor.label, `send "${handler}"`);
    return reply.reject(frameless(ended));
  }
  try {
    const { keepsInstances } = cell;
    const args = revive(payload, keepsInstances ? { ...context, keepsInstances } : context);
    const item = new Item(handler, args, reply, chain);
    reply.onCancel = () => cell.withdraw(item);
    cell.push(item);
  } catch (error) {
    reply.reject(error);
  }
}

function settle(
  host: Host,
  id: number,
  payload: Payload,
  context: RevivalContext,
  how: "resolve" | "reject",
): void {
  const target = host.network.answered(id);
  if (target === undefined) return abandon(payload, context);
  try {
    target[how](revive(payload, context)[0]);
  } catch (error) {
    target.reject(error);
  }
}

function streamed(host: Host, id: number, payload: Payload, context: RevivalContext): void {
  const target = host.network.streaming(id);
  if (target === undefined) return;
  try {
    target.deliver!(revive(payload, context)[0]);
  } catch (error) {
    host.network.withdraw(target.at, id);
    target.reject(error);
  }
}

/** Closes what came in a message that nobody takes. */
function abandon(payload: Payload, { attachments }: RevivalContext): void {
  abandonItem(itemFrom(payload, attachments));
}

/** An error, or why it could not be brought back. */
function reviveError(payload: Payload, context: RevivalContext): unknown {
  try {
    return revive(payload, context)[0];
  } catch (error) {
    return error;
  }
}

function reviveReason(payload: Payload, context: RevivalContext): ExitReason {
  try {
    const [reason] = revive(payload, context) as [ExitReason | undefined];
    checkCame(typeof reason?.kind === "string", "reason");
    return reason;
  } catch (error) {
    return { kind: "error", error };
  }
}

function reported(
  host: Host,
  peer: Peer,
  [, type, payload]: wire.HostEnvelope & { 0: typeof wire.REPORT },
  context: RevivalContext,
): void {
  try {
    const [detail] = revive(payload, context) as [SystemEvents[keyof SystemEvents]];
    checkCame(typeof detail === "object" && detail !== null, "event");
    host.report(type as keyof SystemEvents, detail);
  } catch (error) {
    const ref = host.refOf(peer.index, 0, undefined);
    host.report("error", { ref, handler: type, host: peer.index, error });
  }
}

async function mourn(
  host: Host,
  peer: Peer,
  [, at, cause, culprit, isDone]: wire.HostEnvelope & { 0: typeof wire.LOST },
  context: RevivalContext,
): Promise<void> {
  const error = new HostLostError(at, { cause: reviveError(cause, context) });
  if (isDone) noteDone(error);
  const { survivors, ordered, gone } = await host.network.lose(at, error, culprit);
  peer.link.send([wire.MOURNED, at, survivors, ordered, gone]);
}

/** The actor that an envelope is for; those of requests that can be given up wait by themselves, see `asked`. */
function targetOf(envelope: wire.HostEnvelope): number | null {
  switch (envelope[0]) {
    case wire.TELL:
      return envelope[1];
    case wire.STOP:
      return envelope[3] ? envelope[2] : null;
    case wire.WATCH:
    case wire.HAS_ENDED:
      return envelope[2];
    default:
      return null;
  }
}

function connect(
  host: Host,
  peer: Peer,
  at: number,
  payload: Payload,
  context: RevivalContext,
): void {
  const [came, memory] = revive(payload, context);
  const port = portIn(came, "line");
  checkCame(memory === null || memory instanceof SharedArrayBuffer, "memory of a line");
  const far: FarEnd = { port, memory };
  if (host.coordinator === null) host.network.connect(at, host.lines.open(far));
  else host.coordinator.introduce(peer, at, far);
}

function answer(peer: Peer, id: number, result: Promise<unknown> | undefined): void {
  const reply = new RemoteReply(peer, id);
  Promise.resolve(result).then((value) => reply.resolve(value), (error) => reply.reject(error));
}
