import { assertEquals, assertMatch } from "@std/assert";
import { lineOf } from "../../../examples/search/line.ts";

/** The words of the line that are marked. */
function marked(text: string, terms: readonly string[]): string[] {
  const line = lineOf(1, text, terms);
  return line.matches.map(([start, end]) => line.text.slice(start, end));
}

Deno.test.each<{ text: string; terms: string[]; words: string[] }>([
  { text: "An actor asks an Actor", terms: ["actor"], words: ["actor", "Actor"] },
  { text: "actors refactor", terms: ["actor"], words: [] },
  { text: "Größe und GRÖßE", terms: ["größe"], words: ["Größe", "GRÖßE"] },
  { text: "one,two one", terms: ["two", "one"], words: ["one", "two", "one"] },
  { text: "😀 ﬁle file", terms: ["file"], words: ["ﬁle", "file"] },
  { text: "<b>actor</b>", terms: ["b"], words: ["b", "b"] },
])("lineOf() marks the words of the query in: $text", ({ text, terms, words }) => {
  assertEquals(marked(text, terms), words);
});

Deno.test("lineOf() marks a word of more than 64 bytes, of which only the first count", () => {
  const word = "x".repeat(100);
  assertEquals(marked(`${word} xx`, ["x".repeat(64)]), [word]);
});

Deno.test("lineOf() cuts a long line around its first match", () => {
  const { text, matches } = lineOf(7, `${"a ".repeat(500)}needle${" b".repeat(500)}`, ["needle"]);
  assertMatch(text, /^….* needle .*…$/);
  assertEquals(matches.map(([start, end]) => text.slice(start, end)), ["needle"]);
});
