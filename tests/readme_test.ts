/**
 * Runs the programs of the README and the guide and compares what they print with what is written
 * there.
 *
 * A program is a `ts` block whose next block is `text`: its output. A first line `// counter.ts`
 * names the file of a block, so that later programs can import `./counter.ts`; that of a test ends
 * with `_test.ts`. `deno test --doc`
 * checks that the blocks load, but its snippets are no files, so a worker cannot import them; here
 * each program is a file and a process.
 */
import { assert, assertEquals } from "@std/assert";
import { programTest, runProgram } from "./program.ts";
import { scratchFolder } from "./testing.ts";

interface Block {
  readonly language: string;
  readonly line: number;
  readonly file: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  const fences = markdown.matchAll(/^```(\w*)[^\n]*\n([^]*?)^```$/gm);
  return Array.from(fences, ({ index, 1: language = "", 2: text = "" }) => {
    const line = markdown.slice(0, index).split("\n").length;
    const file = /^\/\/ ([\w-]+\.ts)\b/.exec(text)?.[1] ?? `line_${line}.ts`;
    return { language, line, file, text };
  });
}

// `deno test` leaves out the scratch folder; so tests are called by their file.
const CALL = "await (async (_name: string, run: () => Promise<void>) => await run())(";

const FLAGS = ["--no-check", "--allow-read"];

const root = new URL("../", import.meta.url);
const pages = ["README.md"];
for await (const { name } of Deno.readDir(new URL("docs/", root))) {
  if (name.endsWith(".md")) pages.push(`docs/${name}`);
}

/** Programs by their files: a page's file and line, and what goes into a folder with it. */
const programs = new Map<string, readonly Block[]>();

for (const page of pages.sort()) {
  const blocks = blocksOf(await Deno.readTextFile(new URL(page, root)));
  for (const [index, program] of blocks.entries()) {
    const output = blocks[index + 1];
    if (program.language !== "ts") continue;
    if (program.file.endsWith("_test.ts")) {
      programs.set(`${page}:${program.line}`, [program]);
      programTest(`${page}:${program.line} passes`, async () => {
        await using folder = await scratchFolder();
        const path = `${folder.path}/${program.file}`;
        await Deno.writeTextFile(path, program.text.replaceAll("Deno.test(", CALL));
        const { code, stderr } = await runProgram(path, { flags: FLAGS });
        assertEquals({ code, stderr }, { code: 0, stderr: "" });
      });
    }
    if (output?.language !== "text") continue;

    const files = blocks.slice(0, index + 1).filter(({ language }) => language === "ts");
    programs.set(`${page}:${program.line}`, files);
    programTest(`${page}:${program.line} prints what it says`, async () => {
      await using folder = await scratchFolder();
      for (const { file, text } of files) await Deno.writeTextFile(`${folder.path}/${file}`, text);

      const main = `${folder.path}/${program.file}`;
      const { code, stdout, stderr } = await runProgram(main, { flags: FLAGS });

      assertEquals({ code, stdout, stderr }, { code: 0, stdout: output.text, stderr: "" });
    });
  }
}

// All at once: to check the types of each by itself takes seconds.
programTest("The types of the programs of the README and the guide are right", async () => {
  await using scratch = await scratchFolder();
  const mains = [];
  for (const [place, files] of programs) {
    const folder = `${scratch.path}/${place.replace(/\W/g, "_")}`;
    await Deno.mkdir(folder);
    for (const { file, text } of files) await Deno.writeTextFile(`${folder}/${file}`, text);
    mains.push(`${folder}/${files.at(-1)!.file}`);
  }
  // `deno check` leaves out the scratch folder, as deno.json says.
  const args = ["cache", "--check", "--quiet", ...mains];
  const check = new Deno.Command(Deno.execPath(), { args });
  const { success, stderr } = await check.output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("The links of the README and the guide lead to files", async () => {
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, root));
    for (const { 1: link = "" } of text.matchAll(/\]\((\.[^)#]*)/g)) {
      const { isFile, isDirectory } = await Deno.stat(new URL(link, new URL(page, root)));
      assert(isFile || isDirectory, `${page}: ${link}`);
    }
  }
});

Deno.test("Each example has a task, and is named in the README", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for await (const { name } of Deno.readDir(new URL("examples/", root))) {
    assert(readme.includes(`\`${name}\``), `${name} is in the README`);
    assert(name === "search" || `example:${name}` in tasks, `${name} has a task`);
  }
});
