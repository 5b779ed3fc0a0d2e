import {
  cloneOf,
  describeUnreal,
  entriesOf,
  inside,
  isDetached,
  isGrowable,
  sourceOf,
  timeOf,
  UNBOXING,
  valuesOf,
} from "./_inside.ts";
import { checkReach } from "./_portable.ts";
import { describe, entryStep, Refusal, valueStep } from "./_refusal.ts";
import { lengthOf } from "./_view_length.ts";
import { viewName } from "../message/views.ts";
import type { Walk } from "./_walk.ts";

const NATIVE = new Set<object>(
  [Blob, File, CryptoKey, WebAssembly.Module].map((nativeClass) => nativeClass.prototype),
);

/** Captures an instance of a class of the platform; refuses any other. */
export function captureBuiltIn(walk: Walk, value: object, prototype: object): unknown {
  switch (prototype) {
    case Array.prototype:
      throw new Refusal(describeUnreal(value));
    case Date.prototype: {
      const time = inside(value as Date, timeOf);
      return walk.mark(["date", Number.isNaN(time) ? null : time]);
    }
    case RegExp.prototype:
      return walk.mark(["regexp", inside(value as RegExp, sourceOf), (value as RegExp).flags]);
    case Map.prototype: {
      const entries = inside(value as Map<unknown, unknown>, entriesOf);
      return walk.mark(["map", walk.list(entries, (at) => entryStep(entries, at))]);
    }
    case Set.prototype:
      return walk.mark(["set", walk.list(inside(value as Set<unknown>, valuesOf), valueStep)]);
    case ArrayBuffer.prototype:
      return captureBuffer(walk, value as ArrayBuffer);
    case SharedArrayBuffer.prototype:
      inside(value as SharedArrayBuffer, isGrowable);
      checkReach(value, walk.destination.reach);
      return attached(walk, value);
  }
  const view = viewName(prototype);
  if (view !== undefined) {
    if (ArrayBuffer.isView(value)) return captureView(walk, value, view);
    throw new Refusal(describeUnreal(value));
  }
  const unbox = UNBOXING.get(prototype);
  if (unbox !== undefined) return walk.mark(["boxed", walk.value(inside(value, unbox))]);
  if (NATIVE.has(prototype)) {
    inside(value, cloneOf);
    checkReach(value, walk.destination.reach);
    return attached(walk, value);
  }
  if (walk.extras.moved.has(value as Transferable)) return attached(walk, value);
  checkReach(value, walk.destination.reach);
  throw new Refusal(describe(value));
}

function captureBuffer(walk: Walk, buffer: ArrayBuffer): unknown {
  if (inside(buffer, isDetached)) throw new Refusal("is a detached ArrayBuffer");
  if (buffer.resizable) walk.extras.sizes.set(buffer, buffer.byteLength);
  return attached(walk, buffer);
}

function captureView(walk: Walk, view: ArrayBufferView, name: string): unknown {
  const { buffer } = view;
  if (buffer instanceof ArrayBuffer && buffer.detached) {
    throw new Refusal("is a view of a detached ArrayBuffer");
  }
  if (!(buffer instanceof ArrayBuffer)) checkMemory(walk, buffer);
  const length = lengthOf(view);
  return walk.mark(["view", name, walk.object(buffer), view.byteOffset, length]);
}

function checkMemory({ destination }: Walk, memory: SharedArrayBuffer): void {
  try {
    checkReach(memory, destination.reach);
  } catch (error) {
    throw error instanceof Refusal ? error.below(".buffer") : error;
  }
}

function attached(walk: Walk, value: object): unknown {
  return walk.mark(["attachment", walk.attach(value), true]);
}
