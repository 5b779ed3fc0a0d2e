import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { Wait } from "../../channels/waits/wait.ts";
import { within } from "../cell/children.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { HAS_ENDED, KILL, STOP, WATCH } from "../messaging/protocol.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type { Runtime } from "./runtime.ts";
import { currentTurn } from "../cell/turn.ts";

// A thread that does not answer for so long is ended when one of its actors is to be killed.
const KILL_MS = 1_000;
// So that a time in which this thread itself was busy counts as one part of that at most.
const KILL_PARTS = 4;

/**
 * Stops an actor wherever it is; resolves when it has ended, to whether it did so by itself. Called from within a turn of
 * that actor, it resolves at once: the end waits for the turn.
 */
export async function stop(host: Runtime, ref: Target, drain: boolean): Promise<boolean> {
  const { serial } = ref;
  if (ref.isHere) {
    const turn = currentTurn();
    if (turn !== null && turn.cell === ref.cell) {
      void ref.cell!.stop({ kind: "shutdown" }, drain);
      return true;
    }
    if (!drain) host.actors.forgo(serial, { kind: "shutdown" });
    else if (host.returning.has(serial)) await host.actors.whenBack(serial);
    return await ref.cell?.stop({ kind: "shutdown" }, drain) ?? true;
  }
  return await order(host, ref, !drain, () => stopThere(host, ref, drain));
}

async function stopThere(host: Runtime, ref: Target, drain: boolean): Promise<boolean> {
  const { at, serial } = ref;
  try {
    return await host.requests.call(at, (id) => [STOP, id, serial, drain]) !== false;
  } catch (error) {
    // It may be about to start again.
    if (error instanceof HostLostError && await host.lost.fate(at)) {
      return await stopThere(host, ref, drain);
    }
    if (isGone(error)) return true;
    throw error;
  }
}

/**
 * Ends an actor at once, with its thread when that does not answer.
 *
 * @param label What is to be named when nothing can end the thread.
 */
export async function terminate(host: Runtime, ref: Target, label = ref.label): Promise<void> {
  const { serial } = ref;
  if (ref.isHere) {
    host.actors.forgo(serial, { kind: "killed" });
    return void await ref.cell?.kill();
  }
  await order(host, ref, true, () => terminateThere(host, ref, label));
}

async function terminateThere(host: Runtime, ref: Target, label: string): Promise<void> {
  const { at, serial } = ref;
  // While it is not decided whether its thread comes back nobody can answer.
  if (host.lost.has(at) && !await host.lost.fate(at)) return;
  const wait = new Wait();
  const request = host.requests.send(at, wait, (id) => [KILL, id, serial]);
  try {
    for (let part = 0; part < KILL_PARTS; part++) {
      if (await within(host.clock, KILL_MS / KILL_PARTS, wait.promise)) return;
    }
    host.requests.withdraw(at, request);
    // A thread that is still being started is to be asked again.
    if (await host.directory.ask(["condemn", at, serial, label])) return;
  } catch (error) {
    if (isGone(error) && !(error instanceof HostLostError)) return;
    if (!(error instanceof HostLostError)) throw error;
  }
  await terminateThere(host, ref, label);
}

/** Resolves with the reason at an actor's final end. */
export async function exited(host: Runtime, ref: Target): Promise<ExitReason> {
  const { serial } = ref;
  const reason =
    await (ref.isHere ? ref.cell?.exited ?? host.actors.exited(serial) : exitedThere(host, ref));
  // Its thread was replaced, or is gone.
  return reason.kind === "unknown" ? await lastReason(host, ref) ?? reason : reason;
}

async function exitedThere(host: Runtime, ref: Target): Promise<ExitReason> {
  const { at, serial } = ref;
  // What ends while somebody waits ends the actor as well; one that was gone may have ended before, of something else.
  const livesOn = !host.links.isClosed && host.lost.errorOf(at) === undefined;
  try {
    return await host.requests.call(at, (id) => [WATCH, id, serial]) as ExitReason;
  } catch (error) {
    if (error instanceof ActorStoppedError) return { kind: livesOn ? "shutdown" : "unknown" };
    // The reason itself could not be brought back, such as an error of a class not registered here.
    if (!(error instanceof HostLostError)) return { kind: "error", error };
    const later: ExitReason = await host.lost.fate(at)
      ? await exited(host, ref)
      : { kind: "unknown" };
    if (later.kind !== "unknown") return later;
    return await lastReason(host, ref) ?? (livesOn ? { kind: "host-lost", error } : later);
  }
}

/** Whether an actor has come to its final end; takes a round trip when it is elsewhere. */
export async function hasEnded(host: Runtime, { at, serial }: Target): Promise<boolean> {
  if (at === host.index) return !host.cells.has(serial);
  try {
    return await host.requests.call(at, (id) => [HAS_ENDED, id, serial]) as boolean;
  } catch {
    // Neither the host nor the system is there any more.
    return true;
  }
}

/** Why an actor had ended before its host did. */
async function lastReason(host: Runtime, { at, serial }: Target): Promise<ExitReason | null> {
  const known = host.abroad.reasonOf(at, serial);
  if (known !== null) return known;
  try {
    return await host.directory.ask(["reason", at, serial]) as ExitReason | null;
  } catch {
    // Host 0 is gone, and with it the system.
    return null;
  }
}

/**
 * Notes an order to end an actor on another host until it has come to its end.
 *
 * @param isStrict Whether the actor is not to start again first when its host is lost already. The order itself could be
 * there after whoever starts it.
 */
export function order<T>(
  host: Runtime,
  { at, serial }: Pick<Target, "at" | "serial">,
  isStrict: boolean,
  obeyed: () => Promise<T>,
): Promise<T> {
  // Without host 0 nothing starts again.
  if (isStrict && host.lost.has(at)) host.directory.ask(["ordered", at, serial]).catch(() => {});
  return host.orders.during(at, serial, obeyed);
}

/** Ends an actor on another host as soon as its thread hears of it. */
export function killThere({ requests }: Runtime, at: number, serial: number): void {
  // With its host, or the system, it has ended anyway.
  requests.call(at, (id) => [KILL, id, serial]).catch(() => {});
}

/** Whether the error says that the host or the system is gone, and so the actor has ended. */
function isGone(error: unknown): boolean {
  return error instanceof HostLostError || error instanceof ActorStoppedError;
}
