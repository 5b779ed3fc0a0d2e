import { assertEquals } from "@std/assert";
import { PostingsBuilder } from "../../../examples/search/postings_builder.ts";
import { ShardIndex } from "../../../examples/search/shard_index.ts";
import { hashOf, shardOf } from "../../../examples/search/term_hash.ts";

function addText(builder: PostingsBuilder, file: number, text: string): number {
  const bytes = new TextEncoder().encode(text + "\0");
  return builder.addFile(file, bytes, bytes.length - 1);
}

/** An index in one shard; each group of texts comes in a batch of its own. */
function indexOf(...groups: string[][]): ShardIndex {
  const index = new ShardIndex();
  const builder = new PostingsBuilder(1);
  let file = 0;
  for (const group of groups) {
    for (const text of group) addText(builder, file++, text);
    index.add(builder.take()[0]!);
  }
  return index;
}

/** The files and frequencies of a term, by file. */
function matchesOf(index: ShardIndex, term: string): [number, number][] {
  const { files, frequencies } = index.match(term);
  return Array.from(files, (file, i): [number, number] => [file, frequencies[i]!])
    .sort(([a], [b]) => a - b);
}

Deno.test("ShardIndex.match() gives the files of all batches with the term's frequency", () => {
  const index = indexOf(["a b a", "b"], ["A\nb", "c"]);
  assertEquals(matchesOf(index, "a"), [[0, 2], [2, 1]]);
  assertEquals(matchesOf(index, "b"), [[0, 1], [1, 1], [2, 1]]);
});

Deno.test("ShardIndex.match() finds nothing for an unknown term", () => {
  assertEquals(matchesOf(indexOf(["a"]), "b"), []);
  assertEquals(matchesOf(new ShardIndex(), "a"), []);
});

Deno.test("ShardIndex knows __proto__ and constructor only where a file holds them", () => {
  const index = indexOf(["x.__proto__"], ["y"]);
  assertEquals(matchesOf(index, "__proto__"), [[0, 1]]);
  assertEquals(matchesOf(index, "constructor"), []);
});

Deno.test("ShardIndex.lines() gives each line once, for the files asked for", () => {
  const index = indexOf(["a a\n\na b\n", "a"], ["a"]);
  assertEquals(index.lines("a", new Set([0, 2, 9])), new Map([[0, [1, 3]], [2, [1]]]));
});

Deno.test("ShardIndex keeps file and line numbers of several bytes", () => {
  const builder = new PostingsBuilder(1);
  addText(builder, 3_000_000_000, "\n".repeat(70_000) + "far" + "\n".repeat(200) + "far");
  const index = new ShardIndex();
  index.add(builder.take()[0]!);
  assertEquals(matchesOf(index, "far"), [[3_000_000_000, 2]]);
  const lines = index.lines("far", new Set([3_000_000_000]));
  assertEquals(lines.get(3_000_000_000), [70_001, 70_201]);
});

Deno.test("PostingsBuilder.addFile() gives the number of words", () => {
  const builder = new PostingsBuilder(2);
  assertEquals([addText(builder, 0, "one two one"), addText(builder, 1, "")], [3, 0]);
  assertEquals(builder.size, 3);
});

Deno.test("PostingsBuilder.take() puts each term into the batch of its shard", () => {
  const builder = new PostingsBuilder(3);
  addText(builder, 0, Array.from({ length: 100 }, (_, i) => `t${i}`).join(" "));
  const indexes = builder.take().map((batch) => {
    const index = new ShardIndex();
    index.add(batch);
    return index;
  });
  for (let i = 0; i < 100; i++) {
    const held = indexes.map((index) => index.match(`t${i}`).files.length);
    assertEquals(held.indexOf(1), shardOf(hashOf(`t${i}`), 3));
  }
  assertEquals(indexes.reduce((sum, index) => sum + index.size().terms, 0), 100);
});

Deno.test("ShardIndex agrees with a search through the texts", () => {
  const random = randomNumbers(7);
  const texts = Array.from({ length: 60 }, () => {
    return Array.from({ length: 200 }, () => "w" + (random() % 40) + (random() % 5 ? " " : "\n"))
      .join("");
  });
  const index = indexOf(texts.slice(0, 20), texts.slice(20, 25), texts.slice(25));
  for (let i = 0; i < 40; i++) {
    const expected = texts.map((text, file) => [file, text.match(wholeWord(i))?.length ?? 0]);
    assertEquals(matchesOf(index, `w${i}`), expected.filter(([, count]) => count! > 0));
  }
});

function wholeWord(i: number): RegExp {
  return new RegExp(`\\bw${i}\\b`, "g");
}

function randomNumbers(seed: number): () => number {
  return () => (seed = Math.imul(seed, 1_664_525) + 1_013_904_223 >>> 0) >>> 8;
}
