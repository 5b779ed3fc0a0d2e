import { Queue } from "../../../channels/queue/queue.ts";
import { Barrier } from "../../locks/barrier.ts";
import type { ManagedTarget } from "./table.ts";
import { Mutex } from "../../locks/mutex.ts";

/** Something that works by itself once it was given out. */
class OpenedTarget<T> implements ManagedTarget {
  readonly #thing: T;

  constructor(thing: T) {
    this.#thing = thing;
  }

  contents(): Iterable<unknown> {
    return [];
  }

  open(): T {
    return this.#thing;
  }
}

/** A queue whose home is the manager's thread. */
export class QueueTarget extends OpenedTarget<Queue<unknown>> {
  constructor(capacity: number | undefined) {
    super(new Queue({ capacity }));
  }

  end(): void {
    this.open().close({ discard: true });
  }
}

/** A lock. */
export class LockTarget extends OpenedTarget<Mutex> {
  constructor() {
    super(new Mutex());
  }
}

/** A barrier. */
export class BarrierTarget extends OpenedTarget<Barrier> {
  constructor(parties: number) {
    super(new Barrier(parties));
  }
}
