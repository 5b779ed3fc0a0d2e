import type { Starts } from "../harness/absent.ts";
import type { ActorLibrary } from "../workloads/actor_work.ts";
import { erlangActors } from "./erlang.ts";
import { nactActors } from "./nact.ts";
import { xstateActors } from "./xstate.ts";

/** Actors of others, by name. */
export const peers = (): Starts<ActorLibrary> => ({
  "nact": nactActors,
  "xstate": xstateActors,
  "Erlang": erlangActors,
});
