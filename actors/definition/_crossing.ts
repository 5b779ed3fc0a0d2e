import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import type { Handle } from "../../channels/message/handle.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { checkCame, isCount } from "../../channels/vocabulary/malformed.ts";
import type { ActorOptions } from "../vocabulary/options.ts";
import type { Address } from "./registry.ts";

/** Options without those that only say where to start. */
export function withoutPlace(options: ActorOptions): ActorOptions {
  const { on: _on, near: _near, own: _own, ...rest } = options;
  return rest;
}

/** A definition by itself: nothing of it travels beside the text. */
export function payloadOf(definition: Handle): Payload {
  return capture([definition], OVER_LINK, "message", "definition").payload;
}

/** Options as JSON; those that only mean something in this thread may not be lost silently. */
export function crossingOptions(options: { near?: unknown; signal?: unknown }): object {
  if (options.near === undefined && options.signal === undefined) return options;
  const which = options.near !== undefined ? "near" : "signal";
  throw new TypeError(`is a definition with the option ${which}: set it where it is started`);
}

/** Options that came as JSON, which has `null` for `Infinity`; no option is `null`. */
export function optionsFrom<T>(options: T): T {
  return Object.fromEntries(
    Object.entries(options as object).map(([name, value]) => {
      return [name, name === "own" ? optionsFrom(value) : value ?? Infinity];
    }),
  ) as T;
}

/** Refuses what cannot have been sent for a definition. */
export function checkDefinition(
  address: unknown,
  options: unknown,
): asserts options is object {
  const { kind, url, at, print } = address as Partial<Address> ?? {};
  const isSo = [kind, url, print].every((text) => typeof text === "string") &&
    (typeof at === "string" || isCount(at));
  checkCame(isSo && typeof options === "object" && options !== null, "definition");
}
