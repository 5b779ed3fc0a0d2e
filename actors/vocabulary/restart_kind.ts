import type { Clock } from "../../channels/thread/clock.ts";
import type { ExitReason } from "./exit_reason.ts";

/** When an actor or a task starts again after its end. */
export type RestartKind = "permanent" | "transient" | "temporary";

/** Whether an end of this kind is followed by another start. Orders (`stop()`, `terminate()`) never are. */
export function startsAgain(restart: RestartKind, reason: ExitReason): boolean {
  if (reason.kind === "shutdown" || reason.kind === "killed") return false;
  return restart === "permanent" || restart === "transient" && reason.kind !== "normal";
}

/** Before each restart: lives that fail at once must not keep timers, messages and orders waiting. */
export function giveWay(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.yieldTo(resolve));
}

/** Whether something can start again at all. */
export function mayStartAgain(restart: RestartKind = "transient"): boolean {
  return restart !== "temporary";
}
