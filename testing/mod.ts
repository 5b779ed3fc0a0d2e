/**
 * A kit for tests of actors. Nothing else of this package loads it.
 *
 * {@linkcode turn} runs one step of an actor without a system, with references made by {@linkcode standIn}.
 * {@linkcode probe} stands for an actor in a system and records what comes to it. {@linkcode expectRestart},
 * {@linkcode expectExit} and {@linkcode expectDeadLetters} wait for what happens to one, and {@linkcode expectNoErrors}
 * makes a test fail of an error that nobody sees. {@linkcode fakeTime} moves the time of a system on one thread, and
 * {@linkcode simulate} runs a program with many orders of events, and with workers that die, in virtual time. In
 * {@linkcode memoryStore} durable actors are kept there.
 *
 * @example
 * ```ts
 * import { actor, type ActorRef, ActorSystem } from "@troupe/actors";
 * import { probe } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * interface Log {
 *   note(text: string): void;
 * }
 * const greeter = actor(import.meta, (_context, log: ActorRef<Log>) => ({
 *   greet: (name: string) => log.tell.note(`hello ${name}`),
 * }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const log = probe<Log>(system);
 * const ref = await system.spawn(greeter, log.ref);
 * ref.tell.greet("bob");
 * assertEquals(await log.next("note"), ["hello bob"]);
 * ```
 *
 * @module
 */
export { type Action } from "./_action.ts";
export { expectDeadLetters } from "./expect_dead_letters.ts";
export { expectExit, type ExpectExitOptions } from "./expect_exit.ts";
export { expectNoErrors } from "./expect_no_errors.ts";
export { expectRestart } from "./expect_restart.ts";
export { type FakedTime, fakeTime } from "./fake_time.ts";
export {
  type MemoryStore,
  memoryStore,
  type MemoryStoreOptions,
} from "./memory_store/memory_store.ts";
export type { MemoryStoreFaults } from "./memory_store/faults.ts";
export { type Probe, probe } from "./probe.ts";
export type * from "./protocol.ts";
export type { WithinOptions } from "./_expectation.ts";
export { simulate, type SimulateOptions } from "./simulate.ts";
export type { Partition, SimulatedWorld, UntilOptions } from "./simulated_world.ts";
export type { Count, FaultCounts } from "./simulation/faults.ts";
export { SimulationError } from "./simulation/failure.ts";
export { standIn } from "./turn/stand_in.ts";
export { type ResultOf, type Turn, turn } from "./turn/turn.ts";
export type * from "./turn/effects.ts";
