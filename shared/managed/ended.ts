import { ActorStoppedError } from "../../actors/vocabulary/errors.ts";

/** Why a manager does nothing any more. */
export function managerEnded(doing: string): ActorStoppedError {
  return new ActorStoppedError("manager", doing, { what: "manager" });
}
