import {
  HANDLE,
  type HandleOutlet,
  type HandleToken,
  HERE,
  isHandle,
  type Movable,
  relayOf,
} from "./handle.ts";
import { moduleOf } from "../thread/own_modules.ts";
import { MARK, type Marker, type Payload } from "./marker.ts";
import { MetObjects } from "./_met_objects.ts";
import { unitsIn, VALUE_UNITS } from "./message_length.ts";
import { numbersIn } from "./_numbers.ts";
import { isPart } from "./bytes.ts";
import type { Destination } from "./destination.ts";
import type { Draft } from "./packet.ts";
import { isPlainNumber, LONG_TEXT } from "./plain_copy.ts";
import {
  cloneOf,
  describeUnreal,
  entriesOf,
  inside,
  isAborted,
  isDetached,
  isGrowable,
  sourceOf,
  timeOf,
  UNBOXING,
  valuesOf,
} from "./inside.ts";
import { dataOf, KeptInstance } from "./_kept_instance.ts";
import { describe, entryStep, propertyStep, Refusal } from "./_refusal.ts";
import { encodeError, type ErrorOutlet } from "./error_codec.ts";
import { codecOf } from "./class_codec.ts";
import { Extras } from "./_extras.ts";
import { copyBuffers } from "./moving.ts";
import { Transfer } from "./_transfer_mark.ts";
import { checkTransferable } from "./_transferable.ts";
import { lengthOf } from "./_view_length.ts";
import { viewName } from "./_views.ts";

// Deeper values are continued in a list, so that neither this walk nor JSON.parse nor structured clone recurses far.
const MAX_DEPTH = 256;
const MOST_ITEMS = 2 ** 32 - 1;

// Tag and brackets, and what numbers a marker has.
const MARKER_UNITS = 16;

const NATIVE = new Set<object>(
  [Blob, File, CryptoKey, WebAssembly.Module].map((nativeClass) => nativeClass.prototype),
);

/** One walk over one message. */
export class CaptureWalk implements HandleOutlet, ErrorOutlet {
  readonly #destination: Destination;
  /** Whether handles, signals and simple values stay live because the message stays on this thread. */
  readonly #here: boolean;
  #extras: Extras | null;
  readonly #met = new MetObjects();
  readonly #deferred: { value: object; isGuarded: boolean }[] = [];
  /** How many guards the walk is inside of. */
  #guards = 0;
  #depth = 0;
  #units = 0;
  #plain = true;

  constructor(destination: Destination, extras: Extras | null = null) {
    this.#destination = destination;
    this.#here = destination.stays;
    this.#extras = extras;
  }

  /** Captures a whole message. */
  run(values: readonly unknown[], step: Step): Draft {
    const payload = this.#payload(values, step);
    if (this.#extras !== null) copyBuffers(this.#extras);
    return { payload, units: this.#units, extras: this.#extras };
  }

  attach(value: unknown): number {
    const { refusal } = this.#destination;
    if (refusal !== null && !isPart(value)) throw new Refusal(refusal);
    return this.#own.attachments.push(value) - 1;
  }

  move(thing: Movable): number {
    thing.check();
    const { movables } = this.#own;
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
      return this.#value(value);
    } catch {
      // Refused, or a getter failed. What was met on the way is forgotten: the receiver will not meet it.
      rollback();
      return replacement(value);
    } finally {
      this.#guards--;
    }
  }

  #checkpoint(): () => void {
    const { attachments, signals, moved, movables } = this.#own;
    const { count } = this.#met;
    const lists = [this.#deferred, attachments, signals].map((list) => list.length);
    const { size } = moved;
    const depth = this.#depth;
    return () => {
      const [deferred, attached, signalled] = lists;
      this.#met.forgetAfter(count);
      this.#deferred.splice(deferred!);
      attachments.splice(attached!);
      signals.splice(signalled!);
      for (const buffer of [...moved].slice(size)) moved.delete(buffer);
      for (const index of [...movables.keys()]) if (index >= attached!) movables.delete(index);
      this.#depth = depth;
    };
  }

  /** Captures each item of an array by itself, see {@linkcode CaptureWalk.guarded}. */
  guardedList(array: unknown[], replacement: (value: unknown) => unknown): unknown {
    if (this.#met.find(array) >= 0) return this.#value(array);
    this.#met.add(array);
    this.#units += array.length * VALUE_UNITS;
    const copyOf = (key: string) =>
      this.guarded(() => array[key as unknown as number], replacement);
    const copies: unknown[] = [];
    for (let index = 0; index < array.length; index++) {
      if (!(index in array)) return this.#sparse(array, copies, copyOf);
      copies.push(copyOf(String(index)));
    }
    return copies;
  }

  get #own(): Extras {
    return this.#extras ??= new Extras();
  }

  #payload(values: readonly unknown[], step: Step): Payload {
    const copies = this.#list(values, step);
    if (this.#plain) return copies;
    if (this.#deferred.length === 0) return { values: copies };
    const deep: unknown[] = [];
    try {
      // Grows meanwhile.
      for (const { value, isGuarded } of this.#deferred) {
        deep.push(isGuarded ? this.guarded(() => value, () => "[...]") : this.#object(value));
      }
    } catch (error) {
      throw error instanceof Refusal ? error.below("...") : error;
    }
    return { values: copies, deep };
  }

  #defer(value: object): unknown {
    const isGuarded = this.#guards > 0;
    return this.#mark(["deep", this.#deferred.push({ value, isGuarded }) - 1]);
  }

  #value(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        if (value.length < LONG_TEXT || this.#here) {
          this.#units += value.length;
          return value;
        }
        return this.#mark(["attachment", this.attach(value), false]);
      case "boolean":
        return value;
      case "number":
        if (isPlainNumber(value) || this.#here) return value;
        return this.#mark(["number", Object.is(value, -0) ? "-0" : String(value)]);
      case "object":
        if (value === null) return null;
        if (this.#depth < MAX_DEPTH) return this.#object(value);
        return this.#defer(value);
      case "undefined":
        return this.#here ? value : this.#mark(["undefined"]);
      case "bigint":
        return this.#here ? value : this.#mark(["bigint", String(value)]);
      case "function":
        if (isHandle(value)) return this.#object(value);
        throw new Refusal(describe(value));
      default:
        throw new Refusal(describe(value));
    }
  }

  #object(value: object): unknown {
    const known = this.#met.find(value);
    if (known >= 0) return this.#mark(["same", known]);
    if (value instanceof Transfer) return this.#transfer(value);
    this.#met.add(value);
    const prototype = Object.getPrototypeOf(value);
    this.#depth++;
    const copy = prototype === Array.prototype && Array.isArray(value)
      ? this.#array(value as unknown[])
      : prototype === Object.prototype || prototype === null
      ? this.#record(value as Record<string, unknown>)
      : this.#special(value, prototype);
    this.#depth--;
    return copy;
  }

  #array(array: unknown[]): unknown {
    const numbers = numbersIn(array);
    if (numbers !== null) {
      if (this.#here) return [...array];
      this.#own.own.add(numbers.buffer);
      return this.#mark(["numbers", this.attach(numbers.buffer)]);
    }
    this.#units += array.length * VALUE_UNITS;
    const copy: unknown[] = [];
    let index = 0;
    try {
      for (; index < array.length; index++) {
        const item = array[index];
        if (item === undefined && !(index in array)) break;
        copy.push(this.#value(item));
      }
    } catch (error) {
      throw error instanceof Refusal ? error.below(indexStep(index)) : error;
    }
    if (index >= array.length) return copy;
    return this.#sparse(array, copy, (key) => this.#value(array[key as unknown as number]));
  }

  /**
   * Goes on with an array in which a hole was met, after the items copied so far: by what is there, for its length can
   * be 4 billion. Named properties are left out, as they are from other arrays.
   */
  #sparse(array: unknown[], copied: unknown[], copyOf: (key: string) => unknown): unknown {
    const { length } = array;
    const entries = copied.flatMap((item, index) => [String(index), item]);
    for (const key of Object.keys(array)) {
      // They come first, in their order.
      if (!isIndex(key)) break;
      // A getter may have removed it.
      if (Number(key) < copied.length || !(key in array)) continue;
      try {
        entries.push(key, copyOf(key));
      } catch (error) {
        throw error instanceof Refusal ? error.below(indexStep(key)) : error;
      }
    }
    // The keys of those copied before were not counted.
    this.#units += 2 * entries.length * VALUE_UNITS;
    return this.#mark(["entries", length, entries]);
  }

  #record(record: Record<string, unknown>): unknown {
    if (MARK in record || Object.hasOwn(record, "__proto__")) {
      const entries = Object.entries(record).flat(1);
      const step = (position: number) => propertyStep(entries[position - 1] as string);
      return this.#mark(["entries", null, this.#list(entries, step)]);
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
        copy[key] = this.#value(value);
      }
    } catch (error) {
      throw error instanceof Refusal ? error.below(propertyStep(step)) : error;
    }
    return copy;
  }

  #transfer({ value, buffers }: Transfer): unknown {
    const { moved } = this.#own;
    for (const buffer of buffers) {
      checkTransferable(buffer);
      moved.add(buffer);
    }
    const copy = this.#value(value);
    const { refusal } = this.#destination;
    if (refusal === null || buffers.length === 0) return copy;
    const movesBuffer = buffers.some((each) => each instanceof ArrayBuffer);
    throw new Refusal(movesBuffer ? "moves a buffer: bytes are copied, send it as it is" : refusal);
  }

  #special(value: object, prototype: object | null): unknown {
    const codec = prototype === null ? undefined : codecOf(prototype);
    if (codec !== undefined) {
      return this.#mark(["class", codec.name, this.#instance(value, codec.encode)]);
    }
    if (value instanceof KeptInstance) {
      return this.#mark(["class", value.name, this.#instance(value, dataOf)]);
    }
    if (isHandle(value)) return this.#handle(value);
    if (value instanceof AbortSignal) return this.#signal(value);
    if (value instanceof Error) {
      const { error, fields } = encodeError(value, this);
      for (let at = 0; at < fields.length; at += 2) {
        this.#units += unitsIn(fields[at]) + VALUE_UNITS;
      }
      return this.#mark(["error", error, fields]);
    }
    if (prototype === null) throw new Refusal(describe(value));
    return this.#builtIn(value, prototype);
  }

  #builtIn(value: object, prototype: object): unknown {
    switch (prototype) {
      case Array.prototype:
        throw new Refusal(describeUnreal(value));
      case Date.prototype: {
        const time = inside(value as Date, timeOf);
        return this.#mark(["date", Number.isNaN(time) ? null : time]);
      }
      case RegExp.prototype:
        return this.#mark(["regexp", inside(value as RegExp, sourceOf), (value as RegExp).flags]);
      case Map.prototype: {
        const entries = inside(value as Map<unknown, unknown>, entriesOf);
        return this.#mark(["map", this.#list(entries, (at) => entryStep(entries, at))]);
      }
      case Set.prototype:
        return this.#mark(["set", this.#list(inside(value as Set<unknown>, valuesOf), valueStep)]);
      case ArrayBuffer.prototype:
        return this.#buffer(value as ArrayBuffer);
      case SharedArrayBuffer.prototype:
        inside(value as SharedArrayBuffer, isGrowable);
        return this.#attachment(value);
    }
    const view = viewName(prototype);
    if (view !== undefined) {
      if (ArrayBuffer.isView(value)) return this.#view(value, view);
      throw new Refusal(describeUnreal(value));
    }
    const unbox = UNBOXING.get(prototype);
    if (unbox !== undefined) return this.#mark(["boxed", this.#value(inside(value, unbox))]);
    if (NATIVE.has(prototype)) {
      inside(value, cloneOf);
      return this.#attachment(value);
    }
    if (this.#own.moved.has(value as Transferable)) return this.#attachment(value);
    throw new Refusal(describe(value));
  }

  #buffer(buffer: ArrayBuffer): unknown {
    if (inside(buffer, isDetached)) throw new Refusal("is a detached ArrayBuffer");
    if (buffer.resizable) this.#own.sizes.set(buffer, buffer.byteLength);
    return this.#attachment(buffer);
  }

  #view(view: ArrayBufferView, name: string): unknown {
    const { buffer } = view;
    if (buffer instanceof ArrayBuffer && buffer.detached) {
      throw new Refusal("is a view of a detached ArrayBuffer");
    }
    const length = lengthOf(view);
    return this.#mark(["view", name, this.#object(buffer), view.byteOffset, length]);
  }

  /** What stands for an instance is packed by itself, because it must be complete before `decode` is called. */
  #instance(value: object, encode: (instance: unknown) => unknown): Payload {
    const { open } = this.#own;
    if (open.includes(value)) throw new Refusal("is part of what it holds itself");
    open.push(value);
    try {
      const walk = new CaptureWalk(this.#destination, this.#own);
      const payload = walk.#payload([encode(value)], noStep);
      this.#units += walk.#units;
      return payload;
    } catch (error) {
      // The path inside what `encode` gave says nothing to the sender.
      throw error instanceof Refusal ? new Refusal(error.reason) : error;
    } finally {
      open.pop();
    }
  }

  #handle(value: object): unknown {
    if (!isHandle(value)) throw new Refusal(describe(value));
    try {
      if (!this.#here) return this.#token(value[HANDLE](this));
      const index = HERE in value ? value[HERE]!(this) : this.attach(value);
      return this.#mark(["attachment", index, true]);
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal((error as Error).message);
    }
  }

  #token(token: HandleToken): unknown {
    const module = moduleOf(token[0]);
    if (module !== undefined) this.#own.modules.add(module);
    return this.#mark(["handle", token]);
  }

  #signal(signal: AbortSignal): unknown {
    if (inside(signal, isAborted)) {
      return this.#mark(["signal", -1, this.#list([signal.reason], reasonStep)]);
    }
    if (this.#here) return this.#attachment(signal);
    if (!this.#destination.passesAborts) {
      return this.#mark(["handle", ["signal", this.move(relayOf(signal))]]);
    }
    return this.#mark(["signal", this.#own.signals.push(signal) - 1, null]);
  }

  #attachment(value: object): unknown {
    return this.#mark(["attachment", this.attach(value), true]);
  }

  #list(values: readonly unknown[], step: Step): unknown[] {
    this.#units += values.length * VALUE_UNITS;
    const copies: unknown[] = [];
    let position = 0;
    try {
      for (; position < values.length; position++) copies.push(this.#value(values[position]));
    } catch (error) {
      throw error instanceof Refusal ? error.below(step(position)) : error;
    }
    return copies;
  }

  #mark(marker: Marker): unknown {
    this.#plain = false;
    this.#units += MARKER_UNITS;
    const [kind, first] = marker;
    if (typeof first === "string") this.#units += first.length;
    else if (kind === "handle" || kind === "error") this.#units += unitsIn(first);
    return { [MARK]: marker };
  }
}

/** Whether a key of an array is that of an item. */
function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return String(index) === key && index < MOST_ITEMS;
}

/** Names the way to the value at a position of a list, for the path of a refusal. */
export type Step = (position: number) => string;

export const indexStep = (position: unknown) => `[${position}]`;
const valueStep: Step = (position) => `.values(${position})`;
export const noStep: Step = () => "";
const reasonStep: Step = () => ".reason";
