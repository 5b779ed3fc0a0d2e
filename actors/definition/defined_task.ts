import {
  HANDLE,
  type Handle,
  type HandleToken,
  registerHandle,
} from "../../channels/message/handle.ts";
import { checkOptions } from "../../channels/vocabulary/checks.ts";
import type { Payload } from "../../channels/message/marker.ts";
import type { TaskDefinition } from "../vocabulary/definition.ts";
import type { TaskOptions } from "../vocabulary/options.ts";
import { checkTaskOptions, withMore } from "./_check_options.ts";
import { checkDefinition, crossingOptions, optionsFrom, payloadOf } from "./_crossing.ts";
import { notLoaded } from "./function_here.ts";
import { type Address, crossing, lookUp } from "./registry.ts";

/** What stands behind a {@linkcode TaskDefinition}. */
export interface DefinedTask<A extends unknown[], R> extends TaskDefinition<A, R>, Handle {
  readonly address: Address;
  readonly fn: (...args: A) => R;
  with(options: TaskOptions): DefinedTask<A, R>;
  /** Without what only matters to the caller. */
  placed(): DefinedTask<A, R>;
  /** How it is sent where it runs. */
  payload(): Payload;
}

/** Makes a task from its function. */
export function defineTask<A extends unknown[], R>(
  fn: (...args: A) => R,
  address: Address,
  options: TaskOptions,
): DefinedTask<A, R> {
  return Object.assign((...args: A) => fn(...args), {
    address,
    fn,
    options,
    with(more: TaskOptions): DefinedTask<A, R> {
      checkOptions("configure task", more);
      const all = withMore("configure task", options, more);
      checkTaskOptions(all);
      return defineTask(fn, address, all);
    },
    placed: () => defineTask(fn, address, {}),
    payload: () => payloadOf(defineTask(fn, address, {})),
    [HANDLE]: (): HandleToken => ["task", crossing(address), crossingOptions(options)],
  });
}

/** Whether a value was made by `task()`. */
export function isTask(value: unknown): value is DefinedTask<unknown[], unknown> {
  return typeof value === "function" && HANDLE in value && "address" in value;
}

registerHandle("task", ([address, options]) => {
  checkDefinition(address, options);
  const known = optionsFrom(options as TaskOptions);
  checkTaskOptions(known);
  const fn = lookUp(address as Address) ?? notLoaded(address as Address);
  return defineTask(fn, address as Address, known);
});
