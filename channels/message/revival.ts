import { decodeError, defineFields } from "./error_codec.ts";
import { checkCame, isCount } from "../vocabulary/malformed.ts";
import { type HandleReviver, type HandleToken, reviveHandle } from "./handle.ts";
import { KeptInstance } from "./kept_instance.ts";
import { arrayOf } from "./numbers.ts";
import {
  type EncodedError,
  type EncodedPayload,
  MARK,
  type Marker,
  type Payload,
} from "./marker.ts";
import { codecNamed } from "./class_codec.ts";
import { makeView } from "./views.ts";

/** What markers may refer to outside their own message. */
export interface RevivalContext {
  /** What came beside the text. */
  readonly attachments: readonly unknown[];
  /** Gives the live signal that stands for the sender's, by its number on the link. */
  signal(number: number): AbortSignal;
  /** Whether instances of classes that this thread does not know are kept for others; else they are refused. */
  readonly keepsInstances?: boolean;
  /** The only handles that may come, by tag: for what anybody may have written. Without it all that are registered. */
  readonly handles?: ReadonlyMap<string, HandleReviver>;
}

/**
 * The context of a message that came by itself: its attachments are its own, and it has no signals of a link.
 *
 * @param keepsInstances See {@linkcode RevivalContext.keepsInstances}.
 */
export function contextOf(
  attachments: readonly unknown[],
  keepsInstances = false,
): RevivalContext {
  return { attachments, signal: noSignal, keepsInstances };
}

function noSignal(): never {
  throw new TypeError("Cannot receive item: its signals were left behind");
}

/**
 * Turns a payload back into the values that were sent. Plain payloads are returned as they are; others are changed
 * in place, so a payload is revived once.
 *
 * @throws {TypeError} when a class or a kind of handle is not known in this thread.
 */
export function revive(payload: Payload, context: RevivalContext): unknown[] {
  return Array.isArray(payload) ? payload : new Revival(payload, context).run();
}

/** One walk over one payload; meets objects in the same order as the {@linkcode CaptureWalk} did. */
class Revival {
  readonly #payload: EncodedPayload;
  readonly #context: RevivalContext;
  readonly #objects: unknown[] = [];
  readonly #patches: [container: unknown[], key: string | number, deep: number][] = [];
  /** Fill containers whose contents must be complete first; run inner before outer. */
  readonly #finishers: (() => void)[] = [];

  constructor(payload: EncodedPayload, context: RevivalContext) {
    this.#payload = payload;
    this.#context = context;
  }

  run(): unknown[] {
    const { values, deep = [] } = this.#payload;
    checkCame(Array.isArray(values) && Array.isArray(deep), "payload");
    this.#contents(values);
    // Grows no further: what was cut off below a deep value is in the same list.
    this.#contents(deep);
    for (const [container, key, index] of this.#patches) {
      checkCame(isCount(index) && index in deep, "deep value");
      define(container, key, deep[index]);
    }
    for (const finish of this.#finishers.reverse()) finish();
    return values;
  }

  /** Revives the items of an array or the properties of an object, in place. */
  #contents(container: object): void {
    const items = container as unknown[];
    if (Array.isArray(container)) {
      for (let index = 0; index < items.length; index++) {
        const item = items[index];
        if (typeof item === "object" && item !== null) {
          items[index] = this.#object(item, items, index);
        }
      }
    } else {
      for (const key of Object.keys(container)) {
        const item = items[key as unknown as number];
        if (typeof item !== "object" || item === null) continue;
        const revived = this.#object(item, items, key);
        if (revived !== item) define(container, key, revived);
      }
    }
  }

  #object(value: object, container: unknown[], key: string | number): unknown {
    if (!Array.isArray(value) && Object.hasOwn(value, MARK)) {
      return this.#marker((value as Record<string, Marker>)[MARK]!, container, key);
    }
    this.#objects.push(value);
    this.#contents(value);
    return value;
  }

  #marker(marker: Marker, container: unknown[], key: string | number): unknown {
    checkCame(Array.isArray(marker), "marker");
    switch (marker[0]) {
      case "undefined":
        return undefined;
      case "number":
        checkCame(typeof marker[1] === "string", "number");
        return Number(marker[1]);
      case "bigint":
        checkCame(typeof marker[1] === "string", "bigint");
        return BigInt(marker[1]);
      case "same":
        checkCame(isCount(marker[1]) && marker[1] in this.#objects, "reference");
        return this.#objects[marker[1]];
      case "deep":
        this.#patches.push([container, key, marker[1]]);
        return undefined;
      case "attachment": {
        const value = this.#attachment(marker[1]);
        if (marker[2]) this.#objects.push(value);
        return value;
      }
      default:
        return this.#special(marker);
    }
  }

  /** Markers that stand for an object of their own, which takes its place in the order before its contents. */
  #special(
    marker: Exclude<
      Marker,
      { 0: "undefined" | "number" | "bigint" | "same" | "deep" | "attachment" }
    >,
  ): unknown {
    const place = this.#objects.push(undefined) - 1;
    const keep = <T>(object: T): T => this.#objects[place] = object;
    switch (marker[0]) {
      case "entries":
        checkPairs(marker[2]);
        return this.#entries(keep(marker[1] === null ? {} : sparseArray(marker[1])), marker[2]);
      case "map":
        checkPairs(marker[1]);
        return this.#map(keep(new Map()), marker[1]);
      case "set":
        checkCame(Array.isArray(marker[1]), "set");
        return this.#set(keep(new Set()), marker[1]);
      case "date":
        checkCame(marker[1] === null || typeof marker[1] === "number", "date");
        return keep(new Date(marker[1] ?? NaN));
      case "regexp":
        checkCame(typeof marker[1] === "string" && typeof marker[2] === "string", "pattern");
        return keep(new RegExp(marker[1], marker[2]));
      case "boxed":
        return keep(Object(this.#alone(marker[1])));
      case "view": {
        const buffer = this.#alone(marker[2]);
        // Of a number a view would make memory of that length.
        checkCame(buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer, "view");
        checkCame(typeof marker[3] === "number" && typeof marker[4] === "number", "view");
        return keep(makeView(marker[1], buffer, marker[3], marker[4]));
      }
      case "numbers":
        return keep(this.#numbers(this.#attachment(marker[1])));
      case "error":
        checkCame(isEncodedError(marker[1]), "error");
        checkPairs(marker[2]);
        return this.#error(keep(decodeError(marker[1])), marker[1], marker[2]);
      case "class":
        return keep(this.#instance(marker[1], this.#nested(marker[2])[0]));
      case "handle":
        return keep(this.#handle(marker[1]));
      case "signal":
        return keep(marker[2] === null ? this.#signal(marker[1]) : this.#aborted(marker[2]));
      default:
        checkCame(false, "marker");
    }
  }

  #attachment(index: number): unknown {
    const { attachmentBase: base = 0, attachmentCount: count = Infinity } = this.#payload;
    // Not one of another message of the batch.
    checkCame(
      isCount(index) && index < count && base + index in this.#context.attachments,
      "attachment",
    );
    return this.#context.attachments[base + index];
  }

  #alone(value: unknown): unknown {
    const box = [value];
    this.#contents(box);
    return box[0];
  }

  #nested(payload: Payload): unknown[] {
    if (Array.isArray(payload)) return payload;
    const { attachmentBase = 0, attachmentCount, signals = [] } = this.#payload;
    const count = attachmentCount === undefined ? {} : { attachmentCount };
    return revive({ ...payload, attachmentBase, ...count, signals }, this.#context);
  }

  #entries(target: object, entries: unknown[]): object {
    this.#contents(entries);
    this.#finishers.push(() => {
      for (let at = 0; at < entries.length; at += 2) {
        define(target, entries[at] as string, entries[at + 1]);
      }
    });
    return target;
  }

  #map(map: Map<unknown, unknown>, entries: unknown[]): Map<unknown, unknown> {
    this.#contents(entries);
    this.#finishers.push(() => {
      for (let at = 0; at < entries.length; at += 2) map.set(entries[at], entries[at + 1]);
    });
    return map;
  }

  #set(set: Set<unknown>, values: unknown[]): Set<unknown> {
    this.#contents(values);
    this.#finishers.push(() => {
      for (const value of values) set.add(value);
    });
    return set;
  }

  #error(error: Error, encoded: EncodedError, fields: unknown[]): Error {
    this.#contents(fields);
    this.#finishers.push(() => defineFields(error, encoded, fields));
    return error;
  }

  #instance(name: string, data: unknown): unknown {
    const codec = codecNamed(name);
    if (codec !== undefined) return codec.decode(data);
    if (this.#context.keepsInstances) return new KeptInstance(name, data);
    throw new TypeError(
      `Cannot receive message: class "${name}" is not registered in this thread: call registerClass() ` +
        "at the top level of a module that both sides import",
    );
  }

  #handle(token: HandleToken): unknown {
    return reviveHandle(token, (index) => this.#attachment(index), this.#context.handles);
  }

  #signal(index: number): AbortSignal {
    const number = this.#payload.signals?.[index];
    checkCame(typeof number === "number", "signal");
    return this.#context.signal(number);
  }

  #numbers(buffer: unknown): number[] {
    checkCame(buffer instanceof ArrayBuffer, "list of numbers");
    return arrayOf(buffer);
  }

  #aborted(reason: unknown[]): AbortSignal {
    checkCame(Array.isArray(reason), "signal");
    const controller = new AbortController();
    this.#contents(reason);
    this.#finishers.push(() => controller.abort(reason[0]));
    return controller.signal;
  }
}

function isEncodedError(error: Partial<EncodedError> | null): boolean {
  const { name, message, stack } = error ?? {};
  return typeof name === "string" && typeof message === "string" &&
    (stack === null || typeof stack === "string");
}

/** @throws {TypeError} when what came is no list of keys and values. */
function checkPairs(entries: unknown): void {
  checkCame(Array.isArray(entries) && entries.length % 2 === 0, "list of entries");
}

/** An array of holes, which takes no room for them when there are many. */
function sparseArray(length: number): unknown[] {
  checkCame(isCount(length) && length < 2 ** 32, "length");
  const array: unknown[] = [];
  if (length === 0) return array;
  // V8 makes room for an array that is made in its length, but none before an item that is far from the others.
  array[length - 1] = undefined;
  delete array[length - 1];
  return array;
}

/** Sets an own property, `__proto__` as a plain key too. */
function define(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
