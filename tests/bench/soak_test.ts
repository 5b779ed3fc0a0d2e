import { assertEquals, assertMatch } from "@std/assert";
import { programTest, runProgram } from "../program.ts";

const MAIN = new URL("../../bench/soak/main.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--allow-read", "--v8-flags=--expose-gc"];

programTest("soak bears mixed load for twelve seconds without growing", async () => {
  const { code, stdout, stderr } = await runProgram(MAIN, {
    flags: FLAGS,
    args: ["--minutes", "0.2"],
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
  assertMatch(stdout, /^p50 \S+ ms .* p99 \S+ ms .* heap \S+ MiB .* threads \d+$/m);
  assertMatch(stdout, /^Steady over 7 stretches$/m);
});

programTest("soak refuses a time that is no number", async () => {
  const { code, stderr } = await runProgram(MAIN, { flags: FLAGS, args: ["--minutes", "ten"] });
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot soak: --minutes must be .*, received "ten"$/m);
});
