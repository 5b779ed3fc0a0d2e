import { DefinitionError } from "../vocabulary/errors.ts";
import type { Address, DefinedFunction } from "./registry.ts";

/** Stand for functions whose modules are not loaded in this thread. */
const stubs = new WeakSet<DefinedFunction>();

/** Stands for the function of a definition that came in a message, until its module is loaded here. */
export function notLoaded({ kind, url }: Address): () => never {
  const stub = () => {
    throw new DefinitionError(`Cannot call ${kind} on this thread: ${url} is not loaded here`);
  };
  stubs.add(stub);
  return stub;
}

/** The function of a definition; `null` when its module has to be loaded first. */
export function functionHere(fn: (...args: never[]) => unknown): DefinedFunction | null {
  return stubs.has(fn) ? null : fn;
}
