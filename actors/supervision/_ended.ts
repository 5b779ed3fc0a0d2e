import { ActorStoppedError } from "../vocabulary/errors.ts";

/** Why a supervisor does nothing any more. */
export function supervisorEnded(doing: string): ActorStoppedError {
  return new ActorStoppedError("supervisor", doing, { what: "supervisor" });
}
