import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type ActorRef,
  ActorSystem,
  pipe,
  Queue,
  RestartLimitError,
  Supervisor,
  transfer,
} from "../../mod.ts";
import { SharedMemory } from "../../shared/mod.ts";
import {
  accept,
  bytesOf,
  dropPort,
  echoPort,
  holder,
  keeper,
  piper,
  starter,
  textOf,
} from "../fixtures/start_args.ts";
import { victim } from "../fixtures/deaths.ts";
import { nextEvent, PLACES } from "../fixtures/life_probe.ts";
import { echo } from "../fixtures/pipe_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

/** Runs something, and gives what was rejected meanwhile with nobody there. */
async function unhandledOf(work: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  try {
    await work();
    // They are told of after the microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    return unhandled;
  } finally {
    globalThis.removeEventListener("unhandledrejection", listener);
  }
}

async function closedMemory(): Promise<SharedMemory> {
  const memory = await SharedMemory.create(`closed-${crypto.randomUUID()}`, 8);
  await memory.unlink();
  memory.close();
  return memory;
}

simulated.each(["any", "own"] as const)(
  "ActorSystem.spawn() and run() refuse what only cannot go to another thread, placed %s",
  async (on) => {
    const unhandled = await unhandledOf(async () => {
      await using system = new ActorSystem({ workers: 1, startTimeoutMs: 200 });
      await using other = new ActorSystem({ workers: 0 });
      const near = await other.spawn(keeper);
      for (const value of [await closedMemory(), keeper.with({ near })]) {
        for (
          const start of [
            () => system.run(accept.with({ on, timeoutMs: 200 }), "first", [value]),
            () => system.spawn(keeper.with({ on, name: "keeper" }), "first", [value]),
          ]
        ) {
          const error = await assertRejects(start, TypeError);
          assertMatch(error.message, /^Cannot send message: args\[1\]\[0\] is a /);
        }
      }
      // Whatever had been begun would be over by then.
      const ref = await system.spawn(keeper.with({ on: "here", name: "keeper" }));
      await new Promise((resolve) => setTimeout(resolve, 300));
      assertEquals(await ref.ask.ping(), "pong");
    });
    assertEquals(unhandled, []);
  },
);

const CONTRADICTIONS = [
  { what: "a worker of its own here", options: { on: "here", own: { worker: "thread" } } },
  { what: "permissions anywhere", options: { on: "any", own: { permissions: { read: true } } } },
  {
    what: "a thread with permissions",
    options: { own: { worker: "thread", permissions: { read: true } } },
  },
] as const;

simulated.each(CONTRADICTIONS)(
  "ActorSystem.spawn() and run() that are refused for $what leave nothing",
  async ({ options }) => {
    const unhandled = await unhandledOf(async () => {
      await using system = new ActorSystem({ workers: 1, startTimeoutMs: 50 });
      const buffer = new ArrayBuffer(8);
      const given = transfer(buffer, [buffer]);
      await assertRejects(
        () => system.run(bytesOf.with({ ...options, timeoutMs: 50 }), given),
        TypeError,
        "Cannot place",
      );
      await assertRejects(() => system.spawn(holder.with(options), given), TypeError);
      await using supervisor = new Supervisor({ system });
      await assertRejects(
        () => supervisor.run(bytesOf.with({ ...options, restart: "transient" }), given),
        TypeError,
      );
      assertEquals(buffer.byteLength, 8, "it stays where it was");
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    assertEquals(unhandled, []);
  },
);

simulated("ActorSystem.run() that is refused for near hears nothing more", async () => {
  const unhandled = await unhandledOf(async () => {
    await using system = new ActorSystem({ workers: 0 });
    await using other = new ActorSystem({ workers: 0 });
    const near = await other.spawn(keeper);
    const { signal } = new AbortController();
    const refused = accept.with({ near, timeoutMs: 20, signal });
    await assertRejects(() => system.run(refused), TypeError, "near must be an ActorRef");
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  assertEquals(unhandled, []);
});

simulated.each(PLACES)("transfer() to run() and spawn() moves the buffer, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  await using supervisor = new Supervisor({ system });
  const size = 1024;
  const give = () => {
    const buffer = new ArrayBuffer(size);
    return { buffer, given: transfer(buffer, [buffer]) };
  };
  const starts = [
    (given: ArrayBuffer) => system.run(bytesOf, given),
    (given: ArrayBuffer) => supervisor.run(bytesOf.with({ restart: "transient" }), given),
    (given: ArrayBuffer) => system.spawn(holder, given).then((ref) => ref.ask.bytes()),
    (given: ArrayBuffer) =>
      system.spawn(holder.with({ restart: "temporary" }), given).then((ref) => ref.ask.bytes()),
    (given: ArrayBuffer) => supervisor.spawn(holder, given).then((ref) => ref.ask.bytes()),
  ];
  for (const start of starts) {
    const { buffer, given } = give();
    const started = start(given);
    assertEquals(buffer.byteLength, 0);
    assertEquals(await started, size);
  }
});

Deno.test.each(PLACES)("transfer() to run() moves a stream, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  await using supervisor = new Supervisor({ system });
  for (const by of [system, supervisor]) {
    const stream = new Blob(["text of a stream"]).stream();
    assertEquals(await by.run(textOf, transfer(stream, [stream])), "text of a stream");
  }
});

Deno.test.each(PLACES)("transfer() to spawn() moves a port, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const { port1, port2 } = new MessageChannel();
  const ref = await system.spawn(echoPort, transfer(port1, [port1]));
  const answered = Promise.withResolvers<unknown>();
  port2.onmessage = ({ data }) => answered.resolve(data);
  port2.postMessage("hello");
  assertEquals(await within(20_000, "the echo", answered.promise), "hello");
  port2.close();
  await ref.stop();
});

Deno.test.each(PLACES)(
  "An actor whose port went to its first life ends at a restart, and says why, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { port1, port2 } = new MessageChannel();
    const ref = await system.spawn(echoPort, transfer(port1, [port1]));
    await assertRejects(() => ref.ask.fail(), Error, "on purpose");
    const reason = await within(20_000, "its end", ref.exited);
    assert(reason.kind === "error");
    assertMatch(String(reason.error), /Cannot start again: what the arguments gave away went/);
    port2.close();
  },
);

Deno.test.each(PLACES)(
  "A task whose port went to its first run does not run again, and says why, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const { port1, port2 } = new MessageChannel();
    const run = supervisor.run(
      dropPort.with({ restart: "transient" }),
      transfer(port1, [port1]),
    );
    const error = await assertRejects(() => within(20_000, "its end", run), RestartLimitError);
    assertMatch(String(error.cause), /Cannot start again: what the arguments gave away went/);
    port2.close();
  },
);

simulated.each(PLACES)(
  "A restart gets the buffer that was given away unchanged, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const buffer = Uint8Array.of(1, 2, 3).buffer;
    const ref = await system.spawn(holder, transfer(buffer, [buffer]));
    await ref.ask.spoil();
    await assertRejects(() => ref.ask.fail(), Error, "on purpose");
    assertEquals([await ref.ask.restarts(), await ref.ask.first()], [1, 1]);
  },
);

simulated("An actor gets its arguments again on the thread after the one it has lost", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using queue = new Queue<number>();
  const buffer = Uint8Array.of(1, 2, 3).buffer;
  const ref = await system.spawn(holder, transfer(buffer, [buffer]), queue);
  const restarted = nextEvent(system, "restart");
  ref.tell.exit();
  await within(10_000, "the restart", restarted);
  assertEquals([await ref.ask.first(), await ref.ask.restarts()], [1, 1]);
  await ref.ask.send(5);
  assertEquals(await queue.receive({ timeoutMs: 5_000 }), 5);
});

simulated("An actor whose pipe end went with its thread ends, and says why", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const [near, far] = pipe<string, string>();
  const definition = piper.with({ on: "own" });
  const ref = await system.spawn(definition, far);
  await ref.ask.send("hello");
  assertEquals(await near.receive({ timeoutMs: 5_000 }), "hello");
  const quit = await system.spawn(holder.with({ near: ref }), new ArrayBuffer(1));
  quit.tell.exit();
  const reason = await within(10_000, "its end", ref.exited);
  assert(reason.kind === "error");
  assertMatch(String(reason.error), /Cannot start again/);
  near.close();
});

simulated("ActorContext.run() and spawn() on a worker move what is given away", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const refs = await Promise.all([system.spawn(starter), system.spawn(starter)]);
  for (const ref of refs) {
    const buffer = new ArrayBuffer(512);
    assertEquals(await ref.ask.run(transfer(buffer, [buffer])), 512);
    const [near, far] = pipe<string, string>();
    await ref.ask.pipe(far);
    assertEquals(await near.receive({ timeoutMs: 5_000 }), "from a child");
    near.close();
  }
});

simulated("ActorSystem.spawn() that finds its name taken closes what it was given", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await system.spawn(keeper.with({ name: "keeper" }));
  const [near, far] = pipe<string, string>();
  await assertRejects(() => system.spawn(keeper.with({ name: "keeper" }), far), Error, "is taken");
  const received = await near.receive({ timeoutMs: 5_000 }).catch((error) => error.name);
  assertEquals(received, "ChannelClosedError");
  near.close();
});

simulated.each(PLACES)("ActorOptions.startTimeoutMs: 0 leaves no actor behind, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const slow = keeper.with({ name: "slow", startTimeoutMs: 0 });
  await assertRejects(() => system.spawn(slow), DOMException, "within 0 ms");
  await until(20_000, "the name to be free", async () => {
    const again = await system.spawn(slow.with({ startTimeoutMs: 10_000 })).catch(() => null);
    await (again as ActorRef<unknown> | null)?.stop();
    return again !== null;
  });
});

simulated(
  "A task that is given up while its lost worker is to come back closes its arguments",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(victim.with({ restart: "transient" }));
    // It waits for its place, for its worker, or is on its way.
    for (const microtasks of [0, 8, 16]) {
      const lost = nextEvent(system, "host");
      const died = ref.ask.die("close").catch((error) => error.name);
      assertEquals((await within(20_000, "the loss", lost)).state, "lost");
      const back = nextEvent(system, "host");
      const controller = new AbortController();
      const [near, far] = pipe<unknown, unknown>();
      const task = echo.with({ near: ref, signal: controller.signal });
      const run = system.run(task, far).catch((error) => error.name);
      for (let each = 0; each < microtasks; each++) await null;
      controller.abort();
      assertEquals(await within(20_000, "the abort", run), "AbortError");
      const received = await near.receive({ timeoutMs: 5_000 }).catch((error) => error.name);
      assertEquals(received, "ChannelClosedError", `after ${microtasks} microtasks`);
      assertEquals(await within(20_000, "an answer", ref.ask.ping()), "pong");
      assertEquals([await died, (await within(20_000, "it is back", back)).state], [
        "HostLostError",
        "back",
      ]);
      near.close();
    }
  },
);
