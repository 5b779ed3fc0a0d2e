import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { pipe, Pool, RemoteError, transfer } from "../../mod.ts";
import {
  fail,
  failLater,
  failSome,
  giveFunction,
  SHAPES,
  type Thrown,
} from "../fixtures/pool_errors.ts";
import { echo, gated, newWords, open, power, square } from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

/** What a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await within(20_000, "the error", promise);
  } catch (error) {
    return error;
  }
  throw new Error("It did not reject");
}

const CHECKS: Record<Thrown, (error: unknown) => void> = {
  subclass(error) {
    assertInstanceOf(error, RemoteError);
    assertEquals([error.name, error.message], ["QuotaError", "Used more than 5 bytes"]);
    assertInstanceOf(error.cause, TypeError);
    assertEquals((error as unknown as { used: number }).used, 6);
  },
  aggregate(error) {
    assertInstanceOf(error, AggregateError);
    assertEquals(error.errors.map(String), ["RangeError: one", "two"]);
  },
  string: (error) => assertEquals(error, "just a string"),
  undefined: (error) => assertEquals(error, undefined),
  uncrossable(error) {
    assertInstanceOf(error, Error);
    assert(/outer|callback/.test(error.message), error.message);
  },
  dom(error) {
    assertInstanceOf(error, DOMException);
    assertEquals([error.name, error.message], ["TimeoutError", "too late"]);
  },
};

const WAYS = [0, 2].flatMap((size) => SHAPES.map((shape) => ({ size, shape })));

simulated.each(WAYS)(
  "Pool: an error of shape $shape rejects its own task, size $size",
  async ({ size, shape }) => {
    await using pool = new Pool({ workers: size });
    for (const task of [fail, failLater]) {
      const [before, failed, after] = [
        pool.run(square, 2),
        pool.run(task, shape),
        pool.run(square, 3),
      ];
      CHECKS[shape](await errorOf(failed));
      assertEquals(await Promise.all([before, after]), [4, 9]);
      CHECKS[shape](await errorOf(pool.map(task, [shape])));
      CHECKS[shape](await errorOf(pool.imap(task, [shape]).next()));
      CHECKS[shape](await errorOf(pool.imapUnordered(task, [shape]).next()));
    }
  },
);

async function callRun(pool: Pool): Promise<unknown> {
  return await pool.run(fail, "subclass");
}

async function callMap(pool: Pool): Promise<unknown> {
  return await pool.map(failLater, ["subclass"]);
}

async function callStarmap(pool: Pool): Promise<unknown> {
  return await pool.starmap(fail, [["subclass"]]);
}

async function callImap(pool: Pool): Promise<void> {
  for await (const _ of pool.imap(fail, ["subclass"])) assert(false);
}

async function callUnordered(pool: Pool): Promise<void> {
  for await (const _ of pool.imapUnordered(fail, ["subclass"])) assert(false);
}

simulated.each(
  [callRun, callMap, callStarmap, callImap, callUnordered].map((call) => ({
    call,
    name: call.name,
  })),
)(
  "Pool: an error has the stacks of the task and of its caller: $name",
  async ({ call, name }) => {
    await using pool = new Pool({ workers: 1 });
    const { stack } = await errorOf(call(pool)) as Error;
    const frames = stack!.split("\n").map((line) => line.trim());
    const throwing = frames.findIndex((frame) => frame.includes("throwFrom"));
    const seam = frames.findIndex((frame) => /^at task .*pool_errors\.ts of a pool$/.test(frame));
    const caller = frames.findIndex((frame) => frame.startsWith(`at async ${name} `));
    assert(0 <= throwing && throwing < seam && seam < caller, stack);
    assertEquals(frames.filter((frame) => frame.includes("of a pool")).length, 1, stack);
  },
);

simulated("Pool: errors of two tasks do not share their stacks", async () => {
  await using pool = new Pool({ workers: 1 });
  const [one, two] = await Promise.all([errorOf(callRun(pool)), errorOf(callRun(pool))]);
  assert(one !== two);
  for (const error of [one, two] as Error[]) {
    assertEquals(error.stack!.match(/of a pool/g)?.length, 1);
  }
});

simulated("Pool.map() rejects with the first failure, and drops what has not begun", async () => {
  await using pool = new Pool({ workers: 1 });
  const words = newWords();
  const held = pool.run(gated, words);
  await until(20_000, "the task", () => Atomics.load(words, 1) === 1);
  const mapped = pool.map(failSome, [1, "dom", 3, "string"], { chunkSize: 1 });
  const later = pool.map(gated, [words, words], { chunkSize: 1 });
  open(words);
  assertEquals((await errorOf(mapped) as Error).name, "TimeoutError");
  await Promise.all([held, later]);
  assertEquals(Atomics.load(words, 2), 3);
});

simulated("Pool.map() over a chunk stops at its failure", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const chunkSize of [1, 2, 5]) {
    const mapped = pool.map(failSome, [1, 2, "string", 4, 5], { chunkSize });
    assertEquals(await errorOf(mapped), "just a string");
  }
  assertEquals(await pool.map(failSome, [1, 2]), [1, 2]);
});

simulated("Pool refuses an argument that cannot cross, by its path", async () => {
  for (const size of [0, 1]) {
    await using pool = new Pool({ workers: size });
    const bad = { x: () => {} };
    await assertRejects(
      () => pool.run(echo, bad),
      TypeError,
      "Cannot send message: args[0].x is a function",
    );
    const items = Array.from({ length: 1_000 }, (_, n) => n === 505 ? bad : n);
    const mapped = pool.map(echo, items, { chunkSize: 100 });
    await assertRejects(() => mapped, TypeError, "items.slice(500)[5].x is a function");
    const starred = pool.starmap(power, [[1, 2], [3, Symbol("s") as never]]);
    await assertRejects(() => starred, TypeError, "[1] is a symbol");
    assertEquals(await pool.map(square, [1, 2]), [1, 4]);
  }
});

simulated("Pool rejects a result that cannot cross, by its path, and nothing else", async () => {
  for (const size of [0, 1]) {
    await using pool = new Pool({ workers: size });
    const [bad, good] = [errorOf(pool.run(giveFunction, 1)), pool.run(square, 3)];
    const error = await bad as Error;
    assertInstanceOf(error, TypeError);
    assert(error.message.includes("result.callback is a function"), error.message);
    assertEquals(await good, 9);
    const mapped = pool.map(giveFunction, [1, 2], { chunkSize: 2 });
    await assertRejects(() => mapped, TypeError, "result[0].callback is a function");
  }
});

Deno.test(
  "Pool.map() that is refused starts nothing, and gives back what it would have sent",
  async () => {
    const [left, right] = pipe<number, number>();
    const { port1, port2 } = new MessageChannel();
    const bytes = new Uint8Array(4);
    const given = () => transfer(bytes, [bytes.buffer, port1]);
    const refused: [items: unknown[], why: string][] = [
      [[right, given(), () => {}], "items.slice(2)[0] is a function"],
      [[given(), given()], "items.slice(1) gives away what an item before it gives away"],
    ];
    for (const size of [0, 1]) {
      await using pool = new Pool({ workers: size });
      for (const [items, why] of refused) {
        await assertRejects(() => pool.map(echo, items, { chunkSize: 1 }), TypeError, why);
      }
    }
    assertEquals(bytes.byteLength, 4);
    structuredClone(port1, { transfer: [port1] }).close();
    port2.close();
    await right.send(1);
    assertEquals(await within(20_000, "the item", left.receive()), 1);
    left.close();
    right.close();
  },
);

simulated("Pool: the failures of a map that nobody sees are no unhandled rejections", async () => {
  const seen: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUnhandled);
  try {
    await using pool = new Pool({ workers: 2 });
    await errorOf(pool.map(fail, SHAPES, { chunkSize: 1 }));
    await errorOf(Array.fromAsync(pool.imap(fail, SHAPES)));
    await errorOf(Array.fromAsync(pool.imapUnordered(fail, SHAPES)));
    await pool.imap(fail, SHAPES).next().catch(() => {});
    await pool.run(square, 1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    globalThis.removeEventListener("unhandledrejection", onUnhandled);
  }
  assertEquals(seen, []);
});
