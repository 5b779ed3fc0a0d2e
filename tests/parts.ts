/**
 * The tests have parts, which are run apart because each takes its time: see `run.ts`.
 *
 * @module
 */

/** How the names of tests end that start processes. */
export const IN_A_PROCESS = ", in a process";
/** How the names of tests end that are usually simulated, where they run on real threads. */
export const ON_THREADS = ", on threads";

/**
 * Which part of the tests runs: `quick` are those that start no process, `threads` those that are usually simulated, on
 * real threads. All others run what they are told to.
 */
export const part: string | undefined = Deno.env.get("TROUPE_TEST");
