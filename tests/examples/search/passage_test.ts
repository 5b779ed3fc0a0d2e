import { assertEquals } from "@std/assert";
import { passage } from "../../../examples/search/passage.ts";
import { scratchFolder } from "../../testing.ts";
import { writeFiles } from "./files.ts";

Deno.test("passage() gives the lines from a number on, marked, and how many there are", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "text": "one\ntwo\nthree" });
  const path = `${folder.path}/text`;
  assertEquals(await passage({ path, from: 2, terms: ["three"] }), {
    lines: [
      { number: 2, text: "two", matches: [] },
      { number: 3, text: "three", matches: [[0, 5]] },
    ],
    totalLines: 3,
  });
});

Deno.test("passage() gives no more than 1000 lines", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "text": "line\n".repeat(2_000) });
  const { lines } = await passage({ path: `${folder.path}/text`, from: 5, terms: [] });
  assertEquals([lines.length, lines.at(0)?.number, lines.at(-1)?.number], [1_000, 5, 1_004]);
});

Deno.test("passage() gives no lines of a file that is gone", async () => {
  await using folder = await scratchFolder();
  const gone = { path: `${folder.path}/gone`, from: 1, terms: [] };
  assertEquals(await passage(gone), { lines: [], totalLines: 0 });
});
