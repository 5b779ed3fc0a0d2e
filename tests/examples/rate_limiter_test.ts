/** Runs the rate limiter as the server that it is. */
import { assertEquals } from "@std/assert";
import { programTest } from "../program.ts";
import { until } from "../testing.ts";
import { ServerProgram } from "./server_program.ts";

const MAIN = new URL("../../examples/rate_limiter/main.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--allow-read", "--allow-net=127.0.0.1"];

function startServer(burst: number, refillMs: number): ServerProgram {
  const args = ["--port", "0", "--burst", `${burst}`, "--refill-ms", `${refillMs}`];
  return new ServerProgram(MAIN, { flags: FLAGS, args });
}

/** The status of one more request, and when to come again. */
async function ask(url: string, key: string): Promise<[number, string | null]> {
  const response = await fetch(url, { headers: { "x-api-key": key } });
  await response.text();
  return [response.status, response.headers.get("retry-after")];
}

programTest("example rate_limiter refuses what comes after the burst, for each key", async () => {
  await using server = startServer(5, 60_000);
  const url = await server.url();
  for (const key of ["ann", "bob"]) {
    for (let i = 0; i < 5; i++) assertEquals(await ask(url, key), [200, null]);
    assertEquals(await ask(url, key), [429, "60"]);
  }
});

programTest("example rate_limiter lets no more through when all come at once", async () => {
  await using server = startServer(5, 60_000);
  const url = await server.url();
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask(url, "ann")));
  assertEquals(answers.filter(([status]) => status === 200).length, 5);
});

programTest("example rate_limiter lets one more through after each refill", async () => {
  await using server = startServer(2, 1_500);
  const url = await server.url();
  for (const status of [200, 200, 429]) assertEquals((await ask(url, "ann"))[0], status);
  await until(10_000, "a refill", async () => (await ask(url, "ann"))[0] === 200);
  assertEquals((await ask(url, "ann"))[0], 429);
});

programTest("example rate_limiter goes on with full buckets, which are forgotten", async () => {
  await using server = startServer(1, 5);
  const url = await server.url();
  for (let i = 0; i < 50; i++) {
    await until(10_000, "a refill", async () => (await ask(url, "ann"))[0] === 200);
  }
  assertEquals(await server.interrupt(), 0);
  assertEquals(server.stderr, "");
});
