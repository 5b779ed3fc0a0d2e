import { offAbort, onAbort } from "../channels/thread/aborts.ts";
import type { ActorDefinition, RefOf, TaskDefinition } from "./vocabulary/definition.ts";
import type { ActorContext } from "./actor_context.ts";
import { type Begin, Incarnation } from "./cell/incarnation.ts";
import type { Host } from "./host/host.ts";
import { find } from "./hosts/directory.ts";
import { run, spawn } from "./lifecycle/spawn.ts";
import { RefByKey } from "./messaging/keyed_ref.ts";
import { Ref } from "./messaging/ref.ts";
import { superviseUnder, type Supervisor } from "./supervision/supervisor.ts";
import type { SuperviseOptions } from "./supervision/supervisor_options.ts";
import { type ActorSystem, systemOf } from "./system/actor_system.ts";
import type { ActorRef } from "./vocabulary/actor_ref.ts";
import { ActorStoppedError } from "./vocabulary/errors.ts";
import type { ExitReason } from "./vocabulary/exit_reason.ts";

/** Begins a life that its actor knows as its context. */
export const beginContext: Begin = (cell, restarts) => new Context(cell, restarts);

/** One life of an actor, with what the actor may do with its system. */
export class Context extends Incarnation implements ActorContext {
  get #host(): Host {
    // Where actors live.
    return this.cell.environment as Host;
  }

  // deno-lint-ignore no-explicit-any -- the protocol is only known when setup has returned
  get self(): ActorRef<any> {
    return this.cell.ref;
  }

  get system(): ActorSystem {
    return systemOf(this.#host);
  }

  spawn<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
    ...args: A
  ): Promise<ActorRef<H>> {
    if (this.isOver) return this.#refuse("spawn actor");
    return spawn(this.#host, definition, args, this) as unknown as Promise<ActorRef<H>>;
  }

  run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>> {
    if (this.isOver) return this.#refuse("run task");
    return run(this.#host, task, args) as Promise<Awaited<R>>;
  }

  watch(ref: ActorRef<unknown>): Promise<ExitReason> {
    if (ref instanceof RefByKey) return ref.refuse("watch");
    if (!(ref instanceof Ref)) {
      return Promise.reject(new TypeError("Cannot watch: the argument must be an ActorRef"));
    }
    const signal = this.ownSignal;
    if (signal.aborted) return unheard(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<ExitReason>();
    const listener = { onAbort: () => reject(signal.reason) };
    onAbort(signal, listener);
    ref.exited.then((reason) => {
      offAbort(signal, listener);
      resolve(reason);
    });
    // An actor that has ended need not hear of it.
    promise.catch(() => {});
    return promise;
  }

  // deno-lint-ignore no-explicit-any -- as in the interface
  find<D extends ActorDefinition<any, any>>(name: string): Promise<RefOf<D> | undefined> {
    if (this.isOver) return this.#refuse("find actor");
    return find(this.#host, name) as Promise<RefOf<D> | undefined>;
  }

  supervise(options: SuperviseOptions = {}): Supervisor {
    if (this.isOver) throw new ActorStoppedError(this.label, "supervise");
    return superviseUnder(this.#host, this, options, (error) => {
      if (!this.isOver) this.cell.crash(error);
    });
  }

  /** What code gets whose incarnation is over. */
  #refuse(doing: string): Promise<never> {
    return unheard(new ActorStoppedError(this.label, doing));
  }
}

/** Rejects; an actor that has ended need not hear of it. */
function unheard(reason: unknown): Promise<never> {
  const refusal = Promise.reject(reason);
  refusal.catch(() => {});
  return refusal;
}
