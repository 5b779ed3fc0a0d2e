import { assertEquals } from "@std/assert";
import { FileCatalog } from "../../../examples/search/file_catalog.ts";
import { describeAnswer, describeIndex } from "../../../examples/search/report.ts";
import type { SearchResult } from "../../../examples/search/search_service.ts";

const ANSWER = { terms: ["a", "b"], total: 0, tookMs: 1, missing: [], results: [] };

function resultAt(path: string, line: { number: number; text: string }): SearchResult {
  return { file: 0, path, score: 1, lines: [{ ...line, matches: [] }] };
}

Deno.test("describeAnswer() shows files with their lines, and how many more there are", () => {
  const results = [resultAt("x.txt", { number: 7, text: "  a b" })];
  assertEquals(
    describeAnswer({ ...ANSWER, total: 3, results }),
    "3 files hold: a b\nx.txt\n  7: a b\n... and 2 more",
  );
});

Deno.test("describeAnswer() says whose words are missing", () => {
  const shown = describeAnswer({ ...ANSWER, missing: [0, 2] });
  assertEquals(shown, "No file holds: a b\nWithout the words of shard 0, 2");
});

Deno.test("describeAnswer() says when no file was found", () => {
  assertEquals(describeAnswer(ANSWER), "No file holds: a b");
});

Deno.test("describeAnswer() lets no control character through to the terminal", () => {
  const results = [resultAt("a\x1b[2J", { number: 1, text: "b\x07\x9b" })];
  const shown = describeAnswer({ ...ANSWER, total: 1, results });
  assertEquals(shown, "1 file holds: a b\na\ufffd[2J\n  1: b\ufffd\ufffd");
});

Deno.test("describeIndex() gives sizes, rates and what was left out", () => {
  const catalog = new FileCatalog();
  catalog.add(["x", "y", "z"]);
  catalog.record(0, [{ words: 5, byteLength: 3_000_000 }, { skipped: "binary" }]);
  catalog.record(2, [{ words: 1, byteLength: 0 }]);
  assertEquals(
    describeIndex(catalog, 500),
    "Indexed 2 files, 3.0 MB in 0.50 s (4 files/s, 6.0 MB/s); left out: 1 binary",
  );
});

Deno.test("FileCatalog numbers files in a row and knows the words of each", () => {
  const catalog = new FileCatalog();
  assertEquals([catalog.add(["x", "y"]), catalog.add(["z"])], [0, 2]);
  catalog.record(2, [{ words: 9, byteLength: 1 }]);
  assertEquals([catalog.wordsIn(0), catalog.wordsIn(2), catalog.pathOf(2)], [0, 9, "z"]);
  assertEquals([catalog.fileCount, catalog.wordCount], [1, 9]);
});
