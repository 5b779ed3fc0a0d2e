import { Worker as ThreadWorker } from "node:worker_threads";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { programTest, runProgram } from "./program.ts";
import {
  assertNothingLeft,
  leftovers,
  scratchFolder,
  WaitTooLongError,
  within,
} from "./testing.ts";

const IDLE_WEB_WORKER = "data:text/javascript,onmessage=()=>{};postMessage(0)";
const IDLE_THREAD = "data:text/javascript,import{parentPort as p}from'node:worker_threads';" +
  "p.on('message',()=>{});p.postMessage(0)";
const LOCK_HOLDER = "data:text/javascript,navigator.locks.request('life',()=>{postMessage(0);" +
  "return new Promise(()=>{})})";

Deno.test("within() settles like its promise", async () => {
  assertEquals(await within(1_000, "a value", Promise.resolve(1)), 1);
  await assertRejects(() => within(1_000, "a value", Promise.reject(new RangeError())), RangeError);
});

Deno.test("within() names what did not come, also under fake time", async () => {
  using _time = new FakeTime();
  const never = new Promise<void>(() => {});
  const error = await assertRejects(() => within(10, "the reply", never), WaitTooLongError);
  assertEquals([error.what, error.ms], ["the reply", 10]);
});

Deno.test("FakeTime moves timers and the date, and gives the real ones back", async () => {
  const real = globalThis.setTimeout;
  {
    using time = new FakeTime(1_000);
    const fired: number[] = [];
    setTimeout(() => fired.push(Date.now()), 500);
    setTimeout(async () => {
      await Promise.resolve();
      fired.push(Date.now());
    }, 700);
    time.tick(600);
    assertEquals(fired, [1_500]);
    await time.tickAsync(100);
    assertEquals(fired, [1_500, 1_700]);
    assertEquals(time.next(), false);
  }
  assertEquals(globalThis.setTimeout, real);
});

Deno.test("assertNothingLeft() reports a forgotten Web Worker once", async () => {
  const worker = new Worker(IDLE_WEB_WORKER, { type: "module" });
  await new Promise((resolve) => worker.onmessage = resolve);
  await assertRejects(() => assertNothingLeft(0), Error, "a Web Worker");
  assertEquals(await leftovers(), []);
});

Deno.test("assertNothingLeft() reports a forgotten thread worker once", async () => {
  const worker = new ThreadWorker(new URL(IDLE_THREAD));
  await new Promise((resolve) => worker.once("message", resolve));
  await assertRejects(() => assertNothingLeft(0), Error, "thread worker");
  assertEquals(await leftovers(), []);
});

Deno.test("assertNothingLeft() blames one test for a lock that stays, and goes on finding others", async () => {
  // Deno's types do not have `navigator.locks` yet.
  const { locks } = navigator as unknown as {
    locks: { request(name: string, callback: () => Promise<void>): Promise<void> };
  };
  const held = [];
  for (const name of ["stays", "another"]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    held.push({ resolve, ended: locks.request(name, () => (begin(), promise)) });
    await begun;
    await assertRejects(
      () => assertNothingLeft(0),
      Error,
      `Left after the test: held lock "${name}"`,
    );
    assertEquals(await leftovers(), []);
  }
  for (const { resolve, ended } of held) {
    resolve();
    await ended;
  }
});

Deno.test("assertNothingLeft() waits for the lock of a terminated worker", async () => {
  const worker = new Worker(LOCK_HOLDER, { type: "module" });
  await new Promise((resolve) => worker.onmessage = resolve);
  assertStringIncludes((await leftovers()).join(), `held lock "life"`);
  worker.terminate();
  await assertNothingLeft();
});

programTest("runProgram() gives the output and the exit code", async () => {
  await using folder = await scratchFolder();
  const module = `${folder.path}/main.ts`;
  await Deno.writeTextFile(module, `console.log(Deno.args[0]); Deno.exit(3);`);
  const result = await runProgram(module, { args: ["hello"] });
  assertEquals(result, { code: 3, stdout: "hello\n", stderr: "" });
});

programTest("runProgram() kills a program that takes too long", async () => {
  await using folder = await scratchFolder();
  const module = `${folder.path}/main.ts`;
  await Deno.writeTextFile(module, `setInterval(() => {}, 1_000);`);
  const error = await assertRejects(() => runProgram(module, { timeoutMs: 500 }), WaitTooLongError);
  assertMatch(error.message, /Waited 500 ms for: the end of .*main\.ts/);
});
