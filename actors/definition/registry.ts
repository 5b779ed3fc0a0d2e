import { checkFunction, checkOptions, checkText, shown } from "../../channels/vocabulary/checks.ts";
import { stackOf } from "../../channels/message/error_codec.ts";
import { thread } from "../../channels/thread/thread.ts";
import { DefinitionError } from "../vocabulary/errors.ts";
import { Origin } from "./_origin.ts";

/** Where a worker finds a definition again: valid JSON. */
export interface Address {
  /** `"actor"` or `"task"`. */
  readonly kind: "actor" | "task";
  /** URL of the module. */
  readonly url: string;
  /** Explicit name, or position among the module's definitions without one. */
  readonly at: string | number;
  /** Fingerprint of the sources of all definitions up to there. */
  readonly print: string;
  /** Where it was made, when it has no name. Set when it leaves its thread; see {@linkcode crossing}. */
  readonly place?: string;
  /** How many of its module have its source and its place. */
  readonly alike?: number;
}

/** A `setup` or a task's function. */
// deno-lint-ignore no-explicit-any -- called with what crossed for it; its callers know the types
export type DefinedFunction = (...args: any[]) => unknown;

interface Entry {
  readonly address: Address;
  readonly definition: DefinedFunction;
}

/** A definition without a key. */
interface PlacedEntry extends Entry {
  readonly source: string;
  readonly origin: Origin;
  /** How many had the same source and place when its module had so many definitions. */
  alike: { count: number; of: number };
}

interface ModuleDefinitions {
  readonly byPosition: PlacedEntry[];
  readonly byKey: Map<string, Entry>;
  /** Whether it may have been evaluated to its end. */
  isOld: boolean;
}

const modules = new Map<string, ModuleDefinitions>();
const loading = new Map<string, Promise<void>>();

/**
 * Notes a definition of a module and gives its address.
 *
 * @param what What the function is called in errors.
 * @throws {TypeError} when there is no `import.meta`, no function, or a key that is no text.
 */
export function register(
  kind: Address["kind"],
  meta: ImportMeta,
  what: string,
  definition: DefinedFunction,
  options: { readonly key?: string | undefined },
): Address {
  const doing = `define ${kind}`;
  const url: unknown = meta?.url;
  if (typeof url !== "string") {
    throw new TypeError(
      `Cannot ${doing}: the first argument must be import.meta, received ${shown(meta)}`,
    );
  }
  checkFunction(doing, what, definition);
  checkOptions(doing, options);
  const { key } = options;
  checkText(doing, "key", key);
  const source = definition.toString();
  let module = modules.get(url);
  if (module === undefined) {
    const made: ModuleDefinitions = { byPosition: [], byKey: new Map(), isOld: false };
    modules.set(url, module = made);
    // Modules are evaluated within one microtask, unless they await.
    thread().platform.clock.soon(() => made.isOld = true);
  }
  const { byPosition, byKey } = module;
  if (key !== undefined) {
    if (byKey.has(key)) {
      throw new DefinitionError(
        `Cannot define ${kind}: ${url} has two definitions with key "${key}"`,
      );
    }
    const address = { kind, url, at: key, print: fingerprint(source) };
    byKey.set(key, { address, definition });
    return address;
  }
  const before = byPosition.at(-1)?.address.print ?? "";
  const address = { kind, url, at: byPosition.length, print: fingerprint(before + kind + source) };
  const origin = new Origin(url, module.isOld);
  byPosition.push({
    address,
    definition,
    source: kind + source,
    origin,
    alike: { count: 0, of: 0 },
  });
  return address;
}

/**
 * What another thread needs to find a definition, and to see that it is the same one: those that one function has made
 * have the same source, so they are told apart by where it was called, and those of a loop by how many there are.
 */
export function crossing(address: Address): Address {
  const { at, url, place } = address;
  const module = modules.get(url);
  if (typeof at === "string" || place !== undefined || module === undefined) return address;
  const entry = module.byPosition[at]!;
  return { ...address, place: entry.origin.place, alike: alikeIn(module, entry) };
}

function alikeIn(
  { byPosition }: ModuleDefinitions,
  { alike, source, origin }: PlacedEntry,
): number {
  if (alike.of !== byPosition.length) {
    const same = byPosition.filter((each) => each.source === source);
    alike.count = same.filter((each) => each.origin.place === origin.place).length;
    alike.of = byPosition.length;
  }
  return alike.count;
}

/** The definition at an address if its module was loaded in this thread. */
export function lookUp(address: Address): DefinedFunction | undefined {
  const module = modules.get(address.url);
  if (module === undefined) return undefined;
  const { at, print, place, alike } = address;
  if (typeof at === "string") {
    const found = module.byKey.get(at);
    return found?.address.print === print ? found.definition : undefined;
  }
  const found = module.byPosition[at];
  if (found === undefined || found.address.print !== print) return undefined;
  // An address without a place was made by this thread.
  const isIt = place === undefined ||
    found.origin.place === place && alikeIn(module, found) === alike;
  return isIt ? found.definition : undefined;
}

/**
 * Finds a definition; a promise when its module has to be imported first, which may take for ever.
 *
 * @throws {DefinitionError} Rejects when the module has no such definition here, or another function in its place.
 */
export function load(address: Address): DefinedFunction | Promise<DefinedFunction> {
  const known = lookUp(address);
  // A module that is still being imported may fail yet.
  return known !== undefined && !loading.has(address.url) ? known : importFor(address);
}

async function importFor(address: Address): Promise<DefinedFunction> {
  await importOnce(address.url);
  const found = lookUp(address);
  if (found !== undefined) return found;
  const which = typeof address.at === "string" ? `"${address.at}"` : `number ${address.at + 1}`;
  throw new DefinitionError(
    `Cannot find ${address.kind} ${which} of ${address.url} in the worker${
      madeAt(address)
    }: it is ` +
      "not defined there at the top level, or others stand before it or in its place; define it " +
      "unconditionally at the top level, or give each such definition a key: " +
      "actor(import.meta, setup, { key })",
  );
}

function madeAt({ place = "" }: Address): string {
  return place === "" ? "" : ` (made at ${place})`;
}

function importOnce(url: string): Promise<void> {
  let running = loading.get(url);
  if (running === undefined) {
    running = thread().platform.load(url).then(() => {}, (error) => {
      // What it had defined before it failed is not to be used.
      modules.delete(url);
      throw explain(error, url);
    });
    loading.set(url, running);
    const done = () => loading.delete(url);
    running.then(done, done);
  }
  return running;
}

/** Says what to do when a worker's permissions keep it from importing a module. */
function explain(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || !/^Requires (read|import|net) access/.test(error.message)) {
    return error;
  }
  return new DefinitionError(
    `Cannot import ${url} in the worker: its permissions do not allow it; a worker with permissions ` +
      "of its own still has to read its modules: permissions: { read: [...] }",
    { cause: error },
  );
}

/** The module that is being imported for a worker, if the caller is part of its first evaluation. */
export function moduleUnderImport(): string | undefined {
  if (loading.size === 0) return undefined;
  const stack = stackOf(new Error());
  for (const url of loading.keys()) {
    if (stack.includes(url)) return url;
  }
  return undefined;
}

/** FNV-1a over UTF-16 units, twice with different offsets: 64 bits to tell sources apart, not to resist attacks. */
function fingerprint(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return (low >>> 0).toString(36) + "." + (high >>> 0).toString(36);
}
