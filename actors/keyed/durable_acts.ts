import { encodeStored } from "../../channels/packing/stored.ts";
import { checkKey, checkShortText } from "../definition/check_keyed.ts";
import { DefinedKeyed } from "../definition/defined_keyed.ts";
import { UNASKED } from "../messaging/facade.ts";
import { MarkedItem } from "../cell/item.ts";
import type { StoredAlarm } from "../vocabulary/store.ts";
import { EntriesOf } from "./_actor_storage.ts";
import type { DurableCell } from "./_durable_cell.ts";
import { timingOf } from "./_set_alarm.ts";

type Methods = Record<string, (...args: unknown[]) => void>;

/** What the context of a durable actor does, on its cell. */
export class DurableActs {
  readonly #cell: DurableCell;
  readonly storage: EntriesOf;

  constructor(cell: unknown) {
    this.#cell = cell as DurableCell;
    this.storage = new EntriesOf(this.#cell);
  }

  get state(): unknown {
    const { record, ownTurn, isReading } = this.#cell;
    if (ownTurn !== null) return record.box.draft;
    if (isReading) return record.box.view;
    throw this.#cell.notInTurn("read the state");
  }

  set state(value: unknown) {
    this.#cell.writing("set the state");
    this.#cell.record.box.draft = value;
  }

  alarm(name: string, time: Parameters<typeof timingOf>[0]): Methods {
    checkShortText("set alarm", "name", name);
    const { id, side: { clock } } = this.#cell;
    const doing = "set an alarm";
    this.#cell.writing(doing);
    const { due, repeat } = timingOf(time, clock.wallTime());
    return methods((handler, args) => {
      // It may have been kept from one turn for another.
      const turn = this.#cell.writing(doing);
      // Else a slip of the pen would show when it goes off, tomorrow perhaps.
      if (!this.#cell.has(handler)) {
        throw new TypeError(`Cannot set alarm: actor "${id}" has no handler "${handler}"`);
      }
      const stored = encodeStored(args, "alarm", "args");
      turn.setAlarm(name, {
        name,
        due,
        handler,
        args: stored,
        repeat,
        attempts: 0,
        failure: null,
      });
    }, `[alarm of actor "${id}"]`);
  }

  clearAlarm(name: string): boolean {
    const turn = this.#cell.writing("clear an alarm");
    if (!this.alarms().some((alarm) => alarm.name === name)) return false;
    turn.setAlarm(name, null);
    return true;
  }

  alarms(): StoredAlarm[] {
    const { record, ownTurn } = this.#cell;
    const all = new Map(ownTurn?.isForgetting ? [] : record.alarms);
    for (const [name, alarm] of ownTurn?.alarms ?? []) {
      if (alarm === null) all.delete(name);
      else all.set(name, alarm);
    }
    return [...all.values()].sort((one, other) => one.due - other.due);
  }

  post(definition: unknown, key: string): Methods {
    if (!(definition instanceof DefinedKeyed)) {
      throw new TypeError("Cannot post: the first argument must come from keyed()");
    }
    checkKey(`post to "${definition.kind}"`, key);
    const { kind } = definition;
    this.#cell.writing("post");
    this.#cell.side.posted(definition);
    return methods((handler, args) => {
      this.#cell.writing("post").post({
        kind,
        key,
        handler,
        args: encodeStored(args, "message", "args"),
      });
    }, `[post to actor "${kind}/${key}"]`);
  }

  forget(): void {
    const turn = this.#cell.writing("forget");
    turn.forget();
    this.#cell.record.box.beginAnew();
  }

  get once(): string | undefined {
    const item = this.#cell.ownTurn?.item;
    return item instanceof MarkedItem ? item.meta.once : undefined;
  }

  get epoch(): number {
    return this.#cell.record.epoch;
  }
}

/** An object with a method for every name. */
function methods(call: (name: string, args: unknown[]) => void, text: string): Methods {
  return new Proxy(Object.create(null), {
    get(_target, name) {
      if (name === Symbol.toPrimitive) return () => text;
      if (typeof name === "symbol" || UNASKED.has(name)) return undefined;
      return (...args: unknown[]) => call(name, args);
    },
  });
}
