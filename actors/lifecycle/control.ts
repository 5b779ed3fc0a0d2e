import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { HAS_ENDED, KILL, STOP, WATCH } from "../messaging/protocol.ts";
import type { Ref } from "../messaging/ref.ts";
import { currentTurn } from "../cell/turn.ts";

// A thread that does not answer for so long is ended when one of its actors is to be killed.
const KILL_MS = 1_000;

/**
 * Stops an actor wherever it is; resolves when it has ended, to whether it did so by itself. Called from within a turn of
 * that actor, it resolves at once: the end waits for the turn.
 */
export async function stop(ref: Ref, drain: boolean): Promise<boolean> {
  const { host, at, serial } = ref;
  if (ref.isHere) {
    const turn = currentTurn();
    if (turn !== null && turn.cell === ref.cell) {
      void ref.cell!.stop({ kind: "shutdown" }, drain);
      return true;
    }
    if (!drain) host.abandon(serial, { kind: "shutdown" });
    else if (host.survivors.has(serial)) await host.whenBack(serial);
    return await ref.cell?.stop({ kind: "shutdown" }, drain) ?? true;
  }
  return await host.network.order(at, serial, !drain, () => stopThere(ref, drain));
}

async function stopThere(ref: Ref, drain: boolean): Promise<boolean> {
  const { host, at, serial } = ref;
  try {
    return await host.network.call(at, (id) => [STOP, id, serial, drain]) !== false;
  } catch (error) {
    // It may be about to start again.
    if (error instanceof HostLostError && await isBack(ref)) return await stopThere(ref, drain);
    if (isGone(error)) return true;
    throw error;
  }
}

/**
 * Ends an actor at once, with its thread when that does not answer.
 *
 * @param label What is to be named when nothing can end the thread.
 */
export async function terminate(ref: Ref, label = ref.label): Promise<void> {
  const { host, at, serial } = ref;
  if (ref.isHere) {
    host.abandon(serial, { kind: "killed" });
    return void await ref.cell?.kill();
  }
  await host.network.order(at, serial, true, () => terminateThere(ref, label));
}

async function terminateThere(ref: Ref, label: string): Promise<void> {
  const { host, at, serial } = ref;
  const wait = new OwnWait(() => `terminate actor "${ref.label}"`);
  host.deadlines.start(wait, undefined, KILL_MS);
  host.network.send(at, wait, (id) => [KILL, id, serial]);
  try {
    await wait.promise;
  } catch (error) {
    if (error instanceof HostLostError && await isBack(ref)) {
      return await terminateThere(ref, label);
    }
    if (isGone(error)) return;
    await host.network.question(["condemn", at, serial, label]);
  }
}

/** Resolves with the reason at an actor's final end. */
export async function exited(ref: Ref): Promise<ExitReason> {
  const { host, serial } = ref;
  const reason = await (ref.isHere ? ref.cell?.exited ?? host.exited(serial) : exitedThere(ref));
  // Its thread was replaced, or is gone.
  return reason.kind === "unknown" ? await lastReason(ref) ?? reason : reason;
}

async function exitedThere(ref: Ref): Promise<ExitReason> {
  const { host: { network }, at, serial } = ref;
  // What ends while somebody waits ends the actor as well; one that was gone may have ended before, of something else.
  const livesOn = !network.isClosed && network.lossOf(at) === undefined;
  try {
    return await network.call(at, (id) => [WATCH, id, serial]) as ExitReason;
  } catch (error) {
    if (error instanceof ActorStoppedError) return { kind: livesOn ? "shutdown" : "unknown" };
    // The reason itself could not be brought back, such as an error of a class not registered here.
    if (!(error instanceof HostLostError)) return { kind: "error", error };
    const later: ExitReason = await isBack(ref) ? await exited(ref) : { kind: "unknown" };
    if (later.kind !== "unknown") return later;
    return await lastReason(ref) ?? (livesOn ? { kind: "host-lost", error } : later);
  }
}

/** Whether an actor has come to its final end; takes a round trip when it is elsewhere. */
export async function hasEnded({ host, at, serial }: Ref): Promise<boolean> {
  if (at === host.index) return !host.cells.has(serial);
  try {
    return await host.network.call(at, (id) => [HAS_ENDED, id, serial]) as boolean;
  } catch {
    // Neither the host nor the system is there any more.
    return true;
  }
}

/** Why an actor had ended before its host did. */
async function lastReason({ host: { network }, at, serial }: Ref): Promise<ExitReason | null> {
  const known = network.reasonOf(at, serial);
  if (known !== null) return known;
  try {
    return await network.question(["reason", at, serial]) as ExitReason | null;
  } catch {
    // Host 0 is gone, and with it the system.
    return null;
  }
}

/** Whether there is a new thread for the actor's host, after that was lost. */
function isBack({ host, at }: Ref): Promise<boolean> {
  return host.network.fate(at);
}

/** Whether the error says that the host or the system is gone, and so the actor has ended. */
function isGone(error: unknown): boolean {
  return error instanceof HostLostError || error instanceof ActorStoppedError;
}
