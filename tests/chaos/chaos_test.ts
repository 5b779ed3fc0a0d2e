import { assertEquals } from "@std/assert";
import { programTest, runProgram } from "../program.ts";

const MAIN = new URL("./main.ts", import.meta.url).href;

programTest(
  "Everything is accounted for after five seconds in which threads are killed at random",
  async () => {
    const { code, stdout } = await runProgram(MAIN, {
      flags: ["--no-check", "--allow-read"],
      args: ["--seconds", "5"],
      timeoutMs: 120_000,
    });
    assertEquals(code, 0, stdout);
  },
);
