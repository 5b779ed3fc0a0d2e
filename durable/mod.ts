/**
 * Stores: where durable actors keep what they are.
 *
 * {@linkcode sqlite} keeps it in one file, and needs nothing but Deno. What is in the file is readable with the
 * `sqlite3` shell; `docs/durable_schema.md` describes it.
 *
 * @example
 * ```ts
 * import { sqlite } from "@troupe/actors/durable";
 * import { assertEquals } from "@std/assert";
 *
 * const store = sqlite("shop.db", { durability: "process" }); // nothing is opened yet
 * assertEquals(store.durability, "process");
 * ```
 *
 * @module
 */
export * from "./sqlite/sqlite.ts";
