import { isHandle } from "../../channels/message/handle.ts";
import { Ref } from "../../actors/messaging/ref.ts";
import type { ActorRef } from "../../actors/vocabulary/actor_ref.ts";
import { StandIn } from "./stand_in.ts";

// deno-lint-ignore no-explicit-any -- any protocol
type Replace = (ref: ActorRef<any>) => unknown;

/** Gives a list with each reference in it replaced, in place below the list itself: in what was copied before. */
export function replaceRefs(values: unknown[], replace: Replace): unknown[] {
  const met = new Set<object>();
  const visit = (value: unknown): unknown => {
    if (value instanceof Ref || value instanceof StandIn) return replace(value);
    if (typeof value !== "object" || value === null || isHandle(value) || met.has(value)) {
      return value;
    }
    met.add(value);
    if (value instanceof Map) {
      const entries = Array.from(value, ([key, each]) => [visit(key), visit(each)] as const);
      value.clear();
      for (const [key, each] of entries) value.set(key, each);
    } else if (value instanceof Set) {
      const all = Array.from(value, visit);
      value.clear();
      for (const each of all) value.add(each);
    } else if (Array.isArray(value) || isPlain(value)) {
      for (const [key, each] of Object.entries(value)) Reflect.set(value, key, visit(each));
    }
    return value;
  };
  return values.map(visit);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
