import { assertEquals } from "@std/assert";
import { MAX_FILE_BYTES } from "../../../examples/search/skips.ts";
import { TextReader } from "../../../examples/search/text_reader.ts";
import { scratchFolder } from "../../testing.ts";
import { writeFiles } from "./files.ts";

function textOf(reader: TextReader, byteLength: number | string): string {
  if (typeof byteLength === "string") return byteLength;
  return new TextDecoder().decode(reader.bytes.subarray(0, byteLength));
}

Deno.test("TextReader.read() reads one text after another into the same memory", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { long: "a longer text", short: "short", empty: "" });
  const reader = new TextReader();
  const read = ["long", "short", "empty"].map((name) => {
    return textOf(reader, reader.read(`${folder.path}/${name}`));
  });
  assertEquals(read, ["a longer text", "short", ""]);
});

Deno.test("TextReader.read() takes a file with a zero byte for binary", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { binary: "text\0", text: "no zero" });
  const reader = new TextReader();
  assertEquals(reader.read(`${folder.path}/binary`), "binary");
  assertEquals(reader.read(`${folder.path}/text`), 7);
});

Deno.test("TextReader.read() refuses a file above the limit as huge, and takes one at it", async () => {
  await using folder = await scratchFolder();
  const text = new Uint8Array(MAX_FILE_BYTES + 1).fill(97);
  await writeFiles(folder.path, { huge: text, large: text.subarray(1) });
  const reader = new TextReader();
  assertEquals(reader.read(`${folder.path}/huge`), "huge");
  assertEquals(reader.read(`${folder.path}/large`), MAX_FILE_BYTES);
});

Deno.test("TextReader.read() calls what is gone, or a folder by now, unreadable", async () => {
  await using folder = await scratchFolder();
  const reader = new TextReader();
  assertEquals(reader.read(`${folder.path}/gone`), "unreadable");
  assertEquals(reader.read(folder.path), "unreadable");
});
