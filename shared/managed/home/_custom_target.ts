import type { ActorRef } from "../../../actors/vocabulary/actor_ref.ts";
import type { ManagedTarget } from "./table.ts";

/** An object of the program's own: an actor on the manager's thread. */
export class CustomTarget implements ManagedTarget {
  readonly ref: ActorRef<Record<string, never>>;

  constructor(ref: ActorRef<Record<string, never>>) {
    this.ref = ref;
  }

  contents(): Iterable<unknown> {
    return [];
  }

  end(): void {
    void this.ref.stop();
  }
}
