import { assertEquals } from "@std/assert";
import { forEachWord, MAX_TERM_BYTES, termsOf } from "../../../examples/search/words.ts";

function wordsWithLines(text: string): [string, number][] {
  const bytes = new TextEncoder().encode(text + "\0");
  const words: [string, number][] = [];
  forEachWord(bytes, bytes.length - 1, (source, start, end, _hash, line) => {
    words.push([new TextDecoder().decode(source.subarray(start, end)), line]);
  });
  return words;
}

Deno.test("forEachWord() gives lower-case words with their lines", () => {
  assertEquals(wordsWithLines("Ab c-1\r\n\n x_Y\n"), [["ab", 1], ["c", 1], ["1", 1], ["x_y", 3]]);
});

Deno.test("forEachWord() finds the last word of a text without a final newline", () => {
  assertEquals(wordsWithLines("a\nend"), [["a", 1], ["end", 2]]);
});

Deno.test("forEachWord() gives the hash that the term has on its own", () => {
  const hashes = new Set<number>();
  for (const text of ["Word", "x word", "WORD\n"]) {
    const bytes = new TextEncoder().encode(text + "\0");
    forEachWord(bytes, bytes.length - 1, (_source, start, end, hash) => {
      if (end - start === 4) hashes.add(hash);
    });
  }
  assertEquals(hashes.size, 1);
});

Deno.test("forEachWord() does not read beyond the text", () => {
  const bytes = new TextEncoder().encode("one two");
  const words: number[] = [];
  forEachWord(bytes, 3, (_source, start, end) => words.push(start, end));
  assertEquals(words, [0, 3]);
});

Deno.test.each([
  { text: "", terms: [] },
  { text: " -+* ", terms: [] },
  { text: "one two One", terms: ["one", "two"] },
  { text: "__proto__ constructor toString", terms: ["__proto__", "constructor", "tostring"] },
  { text: "Größe—ÉTÉ", terms: ["größe", "été"] },
  { text: "cafe\u0301 caf\u00e9", terms: ["café"] },
  { text: "ﬁle ２", terms: ["file", "2"] },
  { text: "привет мир", terms: ["привет", "мир"] },
  { text: "नमस्ते", terms: ["नमस्ते"] },
  { text: "\ufeffbom", terms: ["bom"] },
  { text: "a\u2028b 🎉", terms: ["a", "b"] },
])('termsOf() finds the words of "$text"', ({ text, terms }) => {
  assertEquals(termsOf(text), [...terms]);
});

Deno.test("termsOf() cuts a long word, and never inside a character", () => {
  assertEquals(termsOf("x".repeat(1_000)), ["x".repeat(MAX_TERM_BYTES)]);
  assertEquals(termsOf("x" + "é".repeat(1_000)), ["x" + "é".repeat(31)]);
});

Deno.test("forEachWord() takes bytes that are no UTF-8 for separators", () => {
  const words: string[] = [];
  const bytes = Uint8Array.from([0x61, 0xff, 0x62, 0xc3, 0]);
  forEachWord(bytes, 4, (source, start, end) => {
    words.push(new TextDecoder().decode(source.subarray(start, end)));
  });
  assertEquals(words, ["a", "b"]);
});
