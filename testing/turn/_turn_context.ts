import { checkFunction, checkGivenMs } from "../../channels/vocabulary/checks.ts";
import type { ActorContext } from "../../actors/actor_context.ts";
import { copyHere } from "../../actors/cell/copy_here.ts";
import { DefinedActor } from "../../actors/definition/defined_actor.ts";
import { isTask } from "../../actors/definition/defined_task.ts";
import type { ActorRef } from "../../actors/vocabulary/actor_ref.ts";
import type {
  ActorDefinition,
  AnyTask,
  TaskDefinition,
} from "../../actors/vocabulary/definition.ts";
import type { ExitReason } from "../../actors/vocabulary/exit_reason.ts";
import type { ScheduledWork } from "./effects.ts";
import { type Notebook, NotedRef, noteRefs } from "./_noted_ref.ts";
import { Notes } from "./_notes.ts";
import { StandIn } from "./stand_in.ts";

/** What an actor has as its context in a turn without a system: it notes what the actor does. */
export class TurnContext implements ActorContext, Notebook {
  /** What the step under way has done. */
  notes: Notes = new Notes();
  readonly self: ActorRef<unknown>;
  readonly restarts = 0;
  readonly #controller = new AbortController();
  readonly #callbacks: (() => unknown)[] = [];
  #children = 0;

  /** @param self Stands for the actor. */
  constructor(self: StandIn) {
    this.self = new NotedRef(self, this);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get system(): never {
    throw needsSystem("use context.system");
  }

  supervise(): never {
    throw needsSystem("supervise");
  }

  find(name: string): Promise<never> {
    return Promise.reject(needsSystem(`find actor "${name}"`));
  }

  spawn<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
    ...args: A
  ): Promise<ActorRef<H>> {
    try {
      if (!(definition instanceof DefinedActor)) {
        throw new TypeError("Cannot spawn actor: the first argument must come from actor()");
      }
      const number = ++this.#children;
      const ref = new StandIn(definition.options.name ?? `child ${number}`, {});
      const copies = copyHere(args, "message", "args");
      this.notes.spawned.push({ definition, args: copies, ref });
      return Promise.resolve(new NotedRef(ref, this) as unknown as ActorRef<H>);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>> {
    if (!isTask(task)) {
      throw new TypeError("Cannot run task: the first argument must come from task()");
    }
    const copies = copyHere(args, "message", "args");
    this.notes.ran.push({ task: task as unknown as AnyTask, args: copies });
    const own = noteRefs(copyHere([...copies], "message", "args"), this);
    const result = await task.fn(...own);
    return noteRefs(copyHere([result], "reply", "result"), this)[0] as Awaited<R>;
  }

  watch(ref: ActorRef<unknown>): Promise<ExitReason> {
    if (!(ref instanceof NotedRef)) {
      return Promise.reject(new TypeError("Cannot watch: the argument must be an ActorRef"));
    }
    this.notes.watched.push(ref.real);
    return ref.exited;
  }

  after(ms: number, fn: () => unknown): Disposable {
    return this.#schedule("after", ms, fn);
  }

  every(ms: number, fn: () => unknown): Disposable {
    return this.#schedule("every", ms, fn);
  }

  onStop(fn: () => unknown): void {
    checkFunction("register onStop", "fn", fn);
    this.#callbacks.push(fn);
  }

  become(handlers: object): void {
    this.notes.became = handlers;
  }

  stop(): void {
    this.notes.stopped = true;
  }

  /** The actor ends: the last callback first. */
  async end(): Promise<void> {
    this.#controller.abort(new DOMException("The actor is stopping", "AbortError"));
    for (let fn = this.#callbacks.pop(); fn !== undefined; fn = this.#callbacks.pop()) await fn();
  }

  #schedule(kind: ScheduledWork["kind"], ms: number, fn: () => unknown): Disposable {
    checkGivenMs("set timer", "ms", ms);
    checkFunction("set timer", "fn", fn);
    const { scheduled } = this.notes;
    const work: ScheduledWork = {
      kind,
      ms,
      async run() {
        await fn();
      },
    };
    scheduled.push(work);
    return {
      [Symbol.dispose]() {
        const index = scheduled.indexOf(work);
        if (index >= 0) scheduled.splice(index, 1);
      },
    };
  }
}

function needsSystem(doing: string): TypeError {
  const hint = "turn() runs without a system: use new ActorSystem({ workers: 0 })";
  return new TypeError(`Cannot ${doing}: ${hint}`);
}
