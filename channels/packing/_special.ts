import { captureBuiltIn } from "./_built_ins.ts";
import { codecOf } from "../message/class_codec.ts";
import { encodeError } from "../message/error_codec.ts";
import { isHandle } from "../message/handle.ts";
import { dataOf, KeptInstance } from "../message/kept_instance.ts";
import { captureHandle, captureSignal } from "./_live.ts";
import { unitsIn, VALUE_UNITS } from "../message/length.ts";
import { describe, Refusal } from "./_refusal.ts";
import type { Walk } from "./_walk.ts";

/** Captures an object that is neither an array nor a plain record. */
export function captureSpecial(walk: Walk, value: object, prototype: object | null): unknown {
  const codec = prototype === null ? undefined : codecOf(prototype);
  if (codec !== undefined) {
    return walk.mark(["class", codec.name, captureInstance(walk, value, codec.encode)]);
  }
  if (value instanceof KeptInstance) {
    return walk.mark(["class", value.name, captureInstance(walk, value, dataOf)]);
  }
  if (isHandle(value)) return captureHandle(walk, value);
  if (value instanceof AbortSignal) return captureSignal(walk, value);
  if (value instanceof Error) return captureError(walk, value);
  if (prototype === null) throw new Refusal(describe(value));
  return captureBuiltIn(walk, value, prototype);
}

/** What stands for an instance is packed by itself, because it must be complete before `decode` is called. */
function captureInstance(walk: Walk, value: object, encode: (instance: unknown) => unknown) {
  const { open } = walk.extras;
  if (open.includes(value)) throw new Refusal("is part of what it holds itself");
  open.push(value);
  try {
    return walk.nested(encode(value));
  } catch (error) {
    // The path inside what `encode` gave says nothing to the sender.
    throw error instanceof Refusal ? new Refusal(error.reason) : error;
  } finally {
    open.pop();
  }
}

function captureError(walk: Walk, value: Error): unknown {
  const { error, fields } = encodeError(value, walk, walk.destination.reach !== "store");
  for (let at = 0; at < fields.length; at += 2) walk.count(unitsIn(fields[at]) + VALUE_UNITS);
  return walk.mark(["error", error, fields]);
}
