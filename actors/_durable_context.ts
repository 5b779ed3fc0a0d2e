import type { Begin } from "./cell/incarnation.ts";
import type { ActorStorage, Alarm, AlarmTime, DurableContext } from "./durable_context.ts";
import { DurableActs } from "./keyed/durable_acts.ts";
import { ContextOfKeyed } from "./_keyed_context.ts";
import type { Tell } from "./vocabulary/actor_ref.ts";
import type { KeyedDefinition } from "./vocabulary/keyed_definition.ts";

/** Begins a life of a durable actor. */
export const beginDurableContext: Begin = (cell, restarts) => new ContextOfDurable(cell, restarts);

/** One activation of a durable actor. */
class ContextOfDurable extends ContextOfKeyed implements DurableContext<unknown> {
  #acts: DurableActs | null = null;

  get #durable(): DurableActs {
    return this.#acts ??= new DurableActs(this.cell);
  }

  get state(): unknown {
    return this.#durable.state;
  }

  set state(value: unknown) {
    this.#durable.state = value;
  }

  get storage(): ActorStorage {
    return this.#durable.storage;
  }

  // deno-lint-ignore no-explicit-any -- as in the interface
  alarm(name: string, time: AlarmTime): Tell<any> {
    return this.#durable.alarm(name, time);
  }

  clearAlarm(name: string): boolean {
    return this.#durable.clearAlarm(name);
  }

  alarms(): Alarm[] {
    return this.#durable.alarms().map(({ name, due, handler, attempts, failure }) => {
      return { name, due: new Date(due), handler, attempts, failure };
    });
  }

  post<H>(definition: KeyedDefinition<H>, key: string): Tell<H> {
    return this.#durable.post(definition, key) as unknown as Tell<H>;
  }

  forget(): void {
    this.#durable.forget();
  }

  get once(): string | undefined {
    return this.#durable.once;
  }

  get epoch(): number {
    return this.#durable.epoch;
  }

  override become(): never {
    throw new TypeError(
      `Cannot become: actor "${this.label}" has state, and after a failure it would answer as before; ` +
        "decide by its state",
    );
  }
}
