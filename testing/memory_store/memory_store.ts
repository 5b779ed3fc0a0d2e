import { checkMs, checkOptions, checkWord, shown } from "../../channels/vocabulary/checks.ts";
import type { Durability, Store } from "../../actors/vocabulary/store.ts";
import type { Disk } from "./_disk.ts";
import { newDisk } from "./_disks.ts";
import type { MemoryStoreFaults } from "./faults.ts";
import { memoryStoreActor } from "./_store_actor.ts";

/** Options of {@linkcode memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * What kinds ask for that do not say so themselves. It makes no difference here.
   *
   * @default {"disk"}
   */
  durability?: Durability | undefined;
  /** What goes wrong. */
  faults?: MemoryStoreFaults | undefined;
}

/** A store in memory, made by {@linkcode memoryStore}. */
export interface MemoryStore extends Store {
  /** From now on nothing goes wrong in it any more. */
  calm(): void;
}

/** What is kept by a store, as long as the program has the store. */
const DISK = Symbol("disk");

const SHARES = ["refuses", "fails", "loses", "dies", "intrudes"] as const;

/**
 * Keeps durable actors in memory, for tests: it keeps the rules of `sqlite()`, and things can go wrong in it.
 *
 * In a {@linkcode simulate} world what it keeps outlives the threads of the store and the systems that are given it, as
 * a file would: a program starts the next system with the same store. Elsewhere it is in the memory of the worker that
 * the store runs on, and ends with that.
 *
 * @example
 * ```ts
 * import { keyed } from "@troupe/actors";
 * import { memoryStore, simulate } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const hits = keyed(import.meta, { kind: "hits", state: () => ({ count: 0 }) }, (context) => ({
 *   hit: () => ++context.state.count,
 * }));
 *
 * const test = simulate({ seeds: 5, hosts: 0 }, async (world) => {
 *   const store = memoryStore({ faults: { slowMs: 20 } });
 *   for (const run of [1, 2]) {
 *     await using system = world.system({ store, kinds: [hits] });
 *     assertEquals(await system.at(hits, "home").ask.hit(), run);
 *   }
 * });
 * await test();
 * ```
 *
 * @throws {TypeError} when an option is none, or not what it should be.
 * @throws {RangeError} when a share is not from 0 to 1, or a time is negative.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const doing = "create store";
  checkOptions(doing, options);
  const { durability = "disk", faults = {} } = options;
  checkWord(doing, "durability", durability, ["disk", "process"]);
  checkOptions(doing, faults);
  checkMs(doing, "faults.slowMs", faults.slowMs);
  for (const fault of SHARES) checkShare(doing, `faults.${fault}`, faults[fault]);
  const name = crypto.randomUUID();
  const disk = newDisk(name);
  const store: MemoryStore & { readonly [DISK]: Disk } = {
    definition: memoryStoreActor as unknown as Store["definition"],
    args: [{ name, faults: { ...faults } }],
    durability,
    calm: () => void (disk.isCalm = true),
    [DISK]: disk,
  };
  return store;
}

function checkShare(doing: string, name: string, share: number | undefined): void {
  if (share === undefined || share >= 0 && share <= 1) return;
  throw new RangeError(`Cannot ${doing}: ${name} must be from 0 to 1, received ${shown(share)}`);
}
