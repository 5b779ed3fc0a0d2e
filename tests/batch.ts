/**
 * Loads test files into one thread, so that they share it and all modules:
 *
 *     deno test [options] tests/batch.ts -- tests/one_test.ts tests/another_test.ts
 *
 * A thread of its own costs each file more than most of them take.
 *
 * @module
 */
const root = new URL("../", import.meta.url);

for (const file of Deno.args) await import(new URL(file, root).href);
