import { ActorStoppedError, HostLostError } from "@troupe/actors";
import { assertEquals, assertRejects } from "@std/assert";
import { askShards } from "../../../examples/search/ask_shards.ts";
import type { ShardRef } from "../../../examples/search/shard.ts";
import { hashOf, shardOf } from "../../../examples/search/term_hash.ts";

const SHARDS = [{ id: "0" }, { id: "1" }, { id: "2" }] as ShardRef[];
const TERMS = Array.from({ length: 12 }, (_, i) => `t${i}`);

Deno.test("askShards() asks each shard once, about its own terms", async () => {
  const asked = new Map<string, string[]>();
  await askShards(SHARDS, TERMS, (shard, terms) => {
    asked.set(shard.id, terms);
    return Promise.resolve(terms);
  });
  for (const term of TERMS) {
    assertEquals(asked.get(`${shardOf(hashOf(term), SHARDS.length)}`)?.includes(term), true);
  }
  assertEquals(Array.from(asked.values()).flat().length, TERMS.length);
});

Deno.test("askShards() gives the answers in the order of the terms", async () => {
  const given = await askShards(SHARDS, TERMS, (_shard, terms) => Promise.resolve(terms));
  assertEquals(given, { answers: TERMS, missing: [] });
});

Deno.test("askShards() rejects when a shard fails", async () => {
  const answers = askShards(SHARDS, TERMS, ({ id }, terms) => {
    return id === "1" ? Promise.reject(new Error("broken")) : Promise.resolve(terms);
  });
  await assertRejects(() => answers, Error, "broken");
});

Deno.test.each([
  { why: "is lost", reply: () => Promise.reject(new HostLostError(1)) },
  { why: "has ended", reply: () => Promise.reject(new ActorStoppedError("shard", "ask")) },
  { why: "is late", reply: () => Promise.reject(new DOMException("late", "TimeoutError")) },
  { why: "is not whole", reply: () => Promise.resolve(null) },
])("askShards() names a shard that $why, and gives what the others say", async ({ reply }) => {
  const { answers, missing } = await askShards(SHARDS, TERMS, ({ id }, terms) => {
    return id === "1" ? reply() : Promise.resolve(terms);
  });
  assertEquals(missing, [1]);
  const known = TERMS.map((term) => shardOf(hashOf(term), SHARDS.length) === 1 ? undefined : term);
  assertEquals(answers, known);
});
