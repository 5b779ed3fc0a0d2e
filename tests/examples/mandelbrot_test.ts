/** Runs the Mandelbrot example and reads the picture that it writes. */
import { assertEquals, assertMatch } from "@std/assert";
import { programTest, runProgram } from "../program.ts";
import { scratchFolder } from "../testing.ts";

const MAIN = new URL("../../examples/mandelbrot/main.ts", import.meta.url).href;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BLACK = [0, 0, 0];

/** The parts of a PNG file, by type. */
function* chunksIn(file: Uint8Array<ArrayBuffer>): Generator<[string, Uint8Array<ArrayBuffer>]> {
  const view = new DataView(file.buffer);
  for (let at = SIGNATURE.length; at < file.length;) {
    const byteLength = view.getUint32(at);
    const type = new TextDecoder().decode(file.subarray(at + 4, at + 8));
    yield [type, file.slice(at + 8, at + 8 + byteLength)];
    at += byteLength + 12;
  }
}

/** Draws a picture of that width; resolves to the parts of the file. */
async function draw(width: number): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  await using folder = await scratchFolder();
  const out = `${folder.path}/picture.png`;
  const flags = ["--no-check", "--allow-read", `--allow-write=${folder.path}`];
  const args = ["--width", `${width}`, "--out", out];
  const { code, stdout, stderr } = await runProgram(MAIN, { flags, args });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /^Wrote .*picture\.png: \d+ x \d+ pixels in \d+\.\d\d s\n$/);
  const file = await Deno.readFile(out);
  assertEquals([...file.subarray(0, 8)], SIGNATURE);
  return new Map(chunksIn(file));
}

programTest("example mandelbrot writes a PNG file of the size asked for", async () => {
  const chunks = await draw(301);
  assertEquals([...chunks.keys()], ["IHDR", "IDAT", "IEND"]);
  const header = new DataView(chunks.get("IHDR")!.buffer);
  assertEquals([header.getUint32(0), header.getUint32(4)], [301, 201]);
});

programTest(
  "example mandelbrot draws the set black, its surroundings not, and it is symmetric",
  async () => {
    const chunks = await draw(300);
    const packed = new Blob([chunks.get("IDAT")!]).stream();
    const rows = await new Response(packed.pipeThrough(new DecompressionStream("deflate"))).bytes();
    assertEquals(rows.length, 200 * (1 + 300 * 3));
    const pixelAt = (x: number, y: number) => {
      const start = y * (1 + 300 * 3) + 1 + 3 * x;
      return [...rows.subarray(start, start + 3)];
    };
    assertEquals([pixelAt(150, 100), pixelAt(200, 100)], [BLACK, BLACK]);
    for (const [x, y] of [[0, 0], [299, 199], [150, 1]] as const) {
      assertEquals(pixelAt(x, y).join() === BLACK.join(), false, `${x}, ${y}`);
    }
    assertEquals(pixelAt(100, 60), pixelAt(100, 140));
  },
);
