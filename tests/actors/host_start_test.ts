import { assertEquals } from "@std/assert";
import { runProgram, scratchFolder } from "../testing.ts";

Deno.test.each([{ worker: "web" }, { worker: "thread" }])(
  "A $worker worker that ends in the turn in which it takes its lock is lost at once",
  async ({ worker }) => {
    await using folder = await scratchFolder();
    const at = (path: string) => new URL(path, import.meta.url).href;
    const imports = {
      [at("../../actors/host/worker_main.ts")]: at("../fixtures/ends_at_once.ts"),
    };
    const map = `${folder.path}/imports.json`;
    await Deno.writeTextFile(map, JSON.stringify({ imports }));
    const program = new URL("../fixtures/ends_at_once_program.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await runProgram(program, {
      flags: ["--no-config", "--no-check", `--import-map=${map}`, "--allow-read"],
      args: [worker],
    });
    assertEquals({ code, stdout }, { code: 0, stdout: "HostLostError\n" }, stderr);
  },
);
