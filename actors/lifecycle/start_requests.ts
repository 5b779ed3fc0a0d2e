// What is to start comes as a definition, also to a module that has never heard of them.
import "../definition/defined_actor.ts";
import "../definition/defined_task.ts";
import { abandonValues } from "../../channels/message/abandon.ts";
import { type RevivalContext, revive } from "../../channels/message/revival.ts";
import type { Cell } from "../cell/cell.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { DefinedTask } from "../definition/defined_task.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { GuardElsewhere } from "./guard_elsewhere.ts";
import type { Runtime } from "./runtime.ts";
import { type Peer, RemoteReply } from "../messaging/remote_reply.ts";
import * as wire from "../messaging/protocol.ts";

type AnyActor = DefinedActor<unknown, unknown[]>;
type AnyTask = DefinedTask<unknown[], unknown>;

/** Starts an actor for another host. */
export async function spawn(
  host: Runtime,
  peer: Peer,
  [, id, counted, guarded, claim, what, payload]: wire.HostEnvelope & { 0: typeof wire.SPAWN },
  context: RevivalContext,
): Promise<void> {
  const reply = new RemoteReply(peer, id);
  if (counted) peer.placed++;
  const departed = once((isInOrder) => {
    if (counted) host.departed(host.index, isInOrder);
  });
  reply.onCancel = () => departed(false);
  let args: unknown[] = [];
  try {
    const [definition] = revive(what, context) as [AnyActor];
    args = revive(payload, context);
    const { address, options } = definition;
    const loaded = definition.loaded(await host.load(address, options.startTimeoutMs));
    // Nobody waits for it any more.
    if (reply.settled) return abandonValues(args);
    const guard = guarded ? new GuardElsewhere(host.links, peer.index) : null;
    let cell: Cell | undefined;
    const started = host.actors.start(loaded, args, peer.index, guard, claim, (made) => {
      cell = made;
      reply.onCancel = () => void made.kill();
    });
    const isDone = !(started instanceof Promise);
    // Nothing else about it has been sent: an actor for another host ends some microtasks later at the earliest.
    peer.link.send([wire.BORN, id, cell!.serial, isDone]);
    if (isDone) reply.answered();
    else await startFor(reply, started);
    // Its thread may end with it, but not before the start is answered.
    cell!.exited.then(({ kind }) => departed(kind !== "killed"));
  } catch (error) {
    abandonValues(args);
    departed(true);
    reply.reject(error);
  }
}

/** Starts an actor again whose thread was lost. */
export async function startAgain(
  host: Runtime,
  peer: Peer,
  envelope: wire.HostEnvelope & { 0: typeof wire.REVIVE },
  context: RevivalContext,
): Promise<void> {
  const [, id, serial, counted, ages, restarts, payload] = envelope;
  const reply = new RemoteReply(peer, id);
  try {
    const args = revive(payload, context);
    const [definition, reason] = args.splice(-2) as [AnyActor, ExitReason];
    const { address, options } = definition;
    const loaded = definition.loaded(await host.load(address, options.startTimeoutMs));
    const guard = ages === null ? new GuardElsewhere(host.links, peer.index) : null;
    // Somebody may have ended it meanwhile.
    if (!host.returning.has(serial)) return reply.resolve(null);
    const { cell, resumed } = host.actors.revive(
      serial,
      loaded,
      args,
      peer.index,
      guard,
      reason,
      restarts,
      ages ?? [],
    );
    // Runtime 0 counts all that come back to a shared thread.
    if (counted || !host.isOwn) {
      cell.exited.then(({ kind }) => host.departed(host.index, kind !== "killed"));
    }
    await resumed;
    reply.resolve(null);
  } catch (error) {
    // Only when it could not even be made.
    if (host.returning.has(serial)) {
      host.actors.forgo(serial, { kind: "error", error });
    }
    reply.reject(error);
  }
}

async function startFor(reply: RemoteReply, started: Promise<Cell>): Promise<void> {
  try {
    reply.resolve((await started).serial);
  } catch (error) {
    reply.reject(error);
  }
}

/** Runs a task for another host. */
export async function run(
  host: Runtime,
  peer: Peer,
  [, id, counted, what, payload, notAfter]: wire.HostEnvelope & { 0: typeof wire.RUN },
  context: RevivalContext,
): Promise<void> {
  const reply = new RemoteReply(peer, id);
  if (counted) peer.placed++;
  const departed = once((isInOrder) => {
    if (counted) host.departed(host.index, isInOrder);
  });
  // A worker of its own has nothing else to do: it ends with whoever waits for the task.
  if (host.isOwn) reply.onCancel = () => departed(false);
  let args: unknown[] = [];
  try {
    const [task] = revive(what, context) as [AnyTask];
    args = revive(payload, context);
    const fn = await host.load(task.address);
    const hasRun = await host.tasks.run(() => fn(...args), reply, notAfter ?? Infinity);
    if (!hasRun) abandonValues(args);
    // It came too late: whoever waits for it is about to give up, which ends a worker of its own.
    if (!hasRun && host.isOwn && !reply.settled) return;
  } catch (error) {
    abandonValues(args);
    reply.reject(error);
  }
  departed(true);
}

function once(fn: (isInOrder: boolean) => void): (isInOrder: boolean) => void {
  let isOver = false;
  return (isInOrder) => {
    if (!isOver) fn(isInOrder);
    isOver = true;
  };
}
