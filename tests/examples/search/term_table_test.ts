import { assertEquals } from "@std/assert";
import { ByteList } from "../../../examples/search/byte_list.ts";
import { hashOf, shardOf } from "../../../examples/search/term_hash.ts";
import { TermTable } from "../../../examples/search/term_table.ts";

const encoder = new TextEncoder();

function intern(table: TermTable, term: string): number {
  const bytes = encoder.encode(term);
  return table.intern(bytes, 0, bytes.length, hashOf(term));
}

function find(table: TermTable, term: string): number {
  const bytes = encoder.encode(term);
  return table.find(bytes, 0, bytes.length, hashOf(term));
}

Deno.test("TermTable.intern() numbers terms in the order they are first seen", () => {
  const table = new TermTable();
  const ids = ["a", "b", "a", "__proto__", "", "b"].map((term) => intern(table, term));
  assertEquals(ids, [0, 1, 0, 2, 3, 1]);
  assertEquals(table.size, 4);
});

Deno.test("TermTable.find() gives -1 for a term that was never interned", () => {
  const table = new TermTable();
  intern(table, "known");
  assertEquals([find(table, "known"), find(table, "know"), find(table, "")], [0, -1, -1]);
});

Deno.test("TermTable keeps its numbers while it grows", () => {
  const table = new TermTable();
  for (let i = 0; i < 50_000; i++) intern(table, `term${i}`);
  for (let i = 0; i < 50_000; i++) assertEquals(find(table, `term${i}`), i);
});

Deno.test("TermTable tells terms with equal hashes apart", () => {
  const table = new TermTable();
  const ids = ["a", "b", "a"].map((term) => table.intern(encoder.encode(term), 0, 1, -7));
  assertEquals(ids, [0, 1, 0]);
  assertEquals(table.hashAt(1), -7);
});

Deno.test("TermTable.clear() starts anew from 0", () => {
  const table = new TermTable();
  intern(table, "old");
  table.clear();
  assertEquals([find(table, "old"), intern(table, "new")], [-1, 0]);
});

Deno.test("TermTable.copyTerm() gives the bytes back", () => {
  const table = new TermTable();
  const bytes = new ByteList();
  for (const term of ["one", "zwölf"]) table.copyTerm(intern(table, term), bytes);
  assertEquals(new TextDecoder().decode(bytes.copy()), "onezwölf");
});

Deno.test("shardOf() uses every shard, and about equally often", () => {
  const counts = [0, 0, 0];
  for (let i = 0; i < 3_000; i++) counts[shardOf(hashOf(`term${i}`), 3)]!++;
  assertEquals(counts.every((count) => count > 800), true);
});
