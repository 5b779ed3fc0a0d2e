import { captureSparse } from "./_sparse.ts";
import { captureSpecial } from "./_special.ts";
import { captureTransfer } from "./_live.ts";
import { isHandle, type Movable } from "../message/handle.ts";
import { MARK, type Marker, type Payload } from "../message/marker.ts";
import { MetObjects } from "./_met_objects.ts";
import { unitsIn, VALUE_UNITS } from "../message/length.ts";
import { numbersIn } from "../message/numbers.ts";
import { isPart } from "../message/bytes.ts";
import type { Destination } from "./destination.ts";
import type { Draft } from "./draft.ts";
import { isPlainNumber, LONG_TEXT } from "./plain_copy.ts";
import { describe, indexStep, noStep, propertyStep, Refusal, type Step } from "./_refusal.ts";
import { Extras } from "./_extras.ts";
import { copyBuffers } from "./moving.ts";
import { Transfer } from "./_transfer_mark.ts";
import type { Walk } from "./_walk.ts";

// Deeper values are continued in a list, so that neither this walk nor JSON.parse nor structured clone recurses far.
const MAX_DEPTH = 256;

// Tag and brackets, and what numbers a marker has.
const MARKER_UNITS = 16;

/** One walk over one message. */
export class CaptureWalk implements Walk {
  readonly destination: Destination;
  /** Whether handles, signals and simple values stay live because the message stays on this thread. */
  readonly #here: boolean;
  /** Whether long texts and lists of numbers are as readable as others. */
  readonly #isStored: boolean;
  #extras: Extras | null;
  readonly #met = new MetObjects();
  readonly #deferred: { value: object; isGuarded: boolean }[] = [];
  /** How many guards the walk is inside of. */
  #guards = 0;
  #depth = 0;
  #units = 0;
  #plain = true;

  constructor(destination: Destination, extras: Extras | null = null) {
    this.destination = destination;
    this.#here = destination.stays;
    this.#isStored = destination.reach === "store";
    this.#extras = extras;
  }

  /** Captures a whole message. */
  run(values: readonly unknown[], step: Step): Draft {
    const payload = this.#payload(values, step);
    if (this.#extras !== null) copyBuffers(this.#extras);
    return { payload, units: this.#units, extras: this.#extras };
  }

  get isKept(): boolean {
    return this.destination.reach === "store";
  }

  get extras(): Extras {
    return this.#extras ??= new Extras();
  }

  #payload(values: readonly unknown[], step: Step): Payload {
    const copies = this.list(values, step);
    if (this.#plain) return copies;
    if (this.#deferred.length === 0) return { values: copies };
    const deep: unknown[] = [];
    try {
      // Grows meanwhile.
      for (const { value, isGuarded } of this.#deferred) {
        deep.push(isGuarded ? this.guarded(() => value, () => "[...]") : this.object(value));
      }
    } catch (error) {
      throw error instanceof Refusal ? error.below("...") : error;
    }
    return { values: copies, deep };
  }

  #defer(value: object): unknown {
    const isGuarded = this.#guards > 0;
    return this.mark(["deep", this.#deferred.push({ value, isGuarded }) - 1]);
  }

  value(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        if (value.length < LONG_TEXT || this.#here || this.#isStored) {
          this.#units += value.length;
          return value;
        }
        return this.mark(["attachment", this.attach(value), false]);
      case "boolean":
        return value;
      case "number":
        if (isPlainNumber(value) || this.#here) return value;
        return this.mark(["number", Object.is(value, -0) ? "-0" : String(value)]);
      case "object":
        if (value === null) return null;
        if (this.#depth < MAX_DEPTH) return this.object(value);
        return this.#defer(value);
      case "undefined":
        return this.#here ? value : this.mark(["undefined"]);
      case "bigint":
        return this.#here ? value : this.mark(["bigint", String(value)]);
      case "function":
        if (isHandle(value)) return this.object(value);
        throw new Refusal(describe(value));
      default:
        throw new Refusal(describe(value));
    }
  }

  object(value: object): unknown {
    const known = this.#met.find(value);
    if (known >= 0) return this.mark(["same", known]);
    if (value instanceof Transfer) return captureTransfer(this, value);
    this.#met.add(value);
    const prototype = Object.getPrototypeOf(value);
    this.#depth++;
    const copy = prototype === Array.prototype && Array.isArray(value)
      ? this.#array(value as unknown[])
      : prototype === Object.prototype || prototype === null
      ? this.#record(value as Record<string, unknown>)
      : captureSpecial(this, value, prototype);
    this.#depth--;
    return copy;
  }

  #array(array: unknown[]): unknown {
    const numbers = this.#isStored ? null : numbersIn(array);
    if (numbers !== null) {
      if (this.#here) return [...array];
      this.extras.own.add(numbers.buffer);
      return this.mark(["numbers", this.attach(numbers.buffer)]);
    }
    this.#units += array.length * VALUE_UNITS;
    const copy: unknown[] = [];
    let index = 0;
    try {
      for (; index < array.length; index++) {
        const item = array[index];
        if (item === undefined && !(index in array)) break;
        copy.push(this.value(item));
      }
    } catch (error) {
      throw error instanceof Refusal ? error.below(indexStep(index)) : error;
    }
    if (index >= array.length) return copy;
    return captureSparse(this, array, copy, null);
  }

  #record(record: Record<string, unknown>): unknown {
    if (MARK in record || Object.hasOwn(record, "__proto__")) {
      const entries = Object.entries(record).flat(1);
      const step = (position: number) => propertyStep(entries[position - 1] as string);
      return this.mark(["entries", null, this.list(entries, step)]);
    }
    const copy: Record<string, unknown> = {};
    let step = "";
    try {
      for (const key of Object.keys(record)) {
        step = key;
        this.#units += key.length + VALUE_UNITS;
        const value = record[key];
        // A getter may have removed it.
        if (value === undefined && !Object.hasOwn(record, key)) continue;
        copy[key] = this.value(value);
      }
    } catch (error) {
      throw error instanceof Refusal ? error.below(propertyStep(step)) : error;
    }
    return copy;
  }

  list(values: readonly unknown[], step: Step): unknown[] {
    this.#units += values.length * VALUE_UNITS;
    const copies: unknown[] = [];
    let position = 0;
    try {
      for (; position < values.length; position++) copies.push(this.value(values[position]));
    } catch (error) {
      throw error instanceof Refusal ? error.below(step(position)) : error;
    }
    return copies;
  }

  mark(marker: Marker): unknown {
    this.#plain = false;
    this.#units += MARKER_UNITS;
    const [kind, first] = marker;
    if (typeof first === "string") this.#units += first.length;
    else if (kind === "handle" || kind === "error") this.#units += unitsIn(first);
    return { [MARK]: marker };
  }

  nested(value: unknown): Payload {
    const walk = new CaptureWalk(this.destination, this.extras);
    const payload = walk.#payload([value], noStep);
    this.#units += walk.#units;
    return payload;
  }

  count(units: number): void {
    this.#units += units;
  }

  attach(value: unknown): number {
    const { refusal } = this.destination;
    if (refusal !== null && !isPart(value)) throw new Refusal(refusal);
    return this.extras.attachments.push(value) - 1;
  }

  move(thing: Movable): number {
    thing.check();
    const { movables } = this.extras;
    if ([...movables.values()].includes(thing)) throw new Error("is in the message twice");
    const index = this.attach(null);
    movables.set(index, thing);
    return index;
  }

  /**
   * Captures a value, or something else in its place when it cannot cross: what errors hold must not
   * keep the error from arriving.
   */
  guarded(read: () => unknown, replacement: (value: unknown) => unknown): unknown {
    const rollback = this.#checkpoint();
    let value: unknown;
    this.#guards++;
    try {
      value = read();
      return this.value(value);
    } catch {
      // Refused, or a getter failed. What was met on the way is forgotten: the receiver will not meet it.
      rollback();
      return replacement(value);
    } finally {
      this.#guards--;
    }
  }

  #checkpoint(): () => void {
    const forget = this.extras.checkpoint();
    const { count } = this.#met;
    const { length } = this.#deferred;
    const depth = this.#depth;
    return () => {
      forget();
      this.#met.forgetAfter(count);
      this.#deferred.splice(length);
      this.#depth = depth;
    };
  }

  /** Captures each item of an array by itself, see {@linkcode CaptureWalk.guarded}. */
  guardedList(array: unknown[], replacement: (value: unknown) => unknown): unknown {
    if (this.#met.find(array) >= 0) return this.value(array);
    this.#met.add(array);
    this.#units += array.length * VALUE_UNITS;
    const copyOf = (key: string) =>
      this.guarded(() => array[key as unknown as number], replacement);
    const copies: unknown[] = [];
    for (let index = 0; index < array.length; index++) {
      if (!(index in array)) return captureSparse(this, array, copies, copyOf);
      copies.push(copyOf(String(index)));
    }
    return copies;
  }
}
