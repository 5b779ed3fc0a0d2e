import type { Wait } from "../../channels/waits/wait.ts";
import type { Owner } from "../cell/children.ts";
import type { Address, DefinedFunction } from "../definition/registry.ts";
import type { Coordinator } from "../hosts/coordinator.ts";
import type { Placement } from "../hosts/placement.ts";
import type { Seeker } from "../hosts/directory.ts";
import type { Mourner } from "../hosts/mourning.ts";
import type { LocalActors } from "./local_actors.ts";
import type { TaskQueue } from "../local/task_queue.ts";
import type { RefOwner, Target } from "../messaging/ref_owner.ts";

/** What starts, ends and restarts actors and tasks needs of its host. */
export interface Runtime extends RefOwner, Mourner, Seeker, Owner {
  /** Whether the thread was started for one actor or task, and ends with it. */
  readonly isOwn: boolean;
  readonly tasks: TaskQueue;
  /** Tasks started from here that are not settled, and how they are called in errors. */
  readonly runs: Map<Wait, string>;
  /** Where what is to start on this thread is placed. */
  readonly here: Placement;
  /** What only host 0 has. */
  readonly coordinator: Coordinator | null;
  readonly returning: RefOwner["returning"];
  readonly cells: RefOwner["cells"];
  readonly actors: LocalActors;
  refOf(at: number, serial: number, name: string | undefined): Target;
  checkOpen(doing: string): void;
  /** Tells one start with a name from all others of the system. */
  newClaim(): string;
  /** Finds a definition; a promise when its module has to be imported first. */
  load(
    address: Address,
    startTimeoutMs?: number,
  ): DefinedFunction | Promise<DefinedFunction>;
  /**
   * Something that host 0 placed on this host or another has ended.
   *
   * @param isInOrder Whether it ended by itself or was stopped, so that what it has sent is to arrive.
   */
  departed(at: number, isInOrder?: boolean): void;
}
