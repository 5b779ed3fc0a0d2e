import { assertEquals } from "@std/assert";
import {
  type ActorRef,
  ActorSystem,
  pack,
  pipe,
  Pool,
  Queue,
  Supervisor,
  unpack,
} from "../../mod.ts";
import { Manager } from "../../shared/mod.ts";
import { ODD_VALUES, type OddValue, portrait } from "../fixtures/odd_values.ts";
import { ends, give, giveTo, take, takeFrom } from "../fixtures/routes.ts";
import { within } from "../testing.ts";

interface Place {
  system: ActorSystem;
  ref: ActorRef<Awaited<ReturnType<typeof ends.setup>>>;
  pool: Pool;
  supervisor: Supervisor;
  manager: Manager;
}

interface Route {
  what: string;
  /** Sends a value, and gives the portrait of what arrived. */
  send(place: Place, value: OddValue): Promise<string>;
  /** Whether something else is put in the place of what is refused. */
  replaces?: boolean;
}

const ROUTES: Route[] = [
  { what: "ask", send: ({ ref }, { make }) => ref.ask.take(make()) },
  {
    what: "tell",
    send({ ref }, { make }) {
      ref.tell.keep(make());
      return ref.ask.kept();
    },
  },
  { what: "reply", send: async ({ ref }, { what }) => portrait(await ref.ask.give(what)) },
  {
    what: "error",
    replaces: true,
    async send({ ref }, { what }) {
      const error = await ref.ask.fail(what).catch((error: unknown) => error);
      return portrait((error as { value: unknown }).value);
    },
  },
  {
    what: "stream argument",
    send: async ({ ref }, { make }) => (await Array.fromAsync(ref.stream.yieldBack(make())))[0]!,
  },
  {
    what: "stream value",
    send: async ({ ref }, { what }) =>
      portrait((await Array.fromAsync(ref.stream.yieldOne(what)))[0]),
  },
  { what: "run", send: ({ system }, { make }) => system.run(take, make()) },
  {
    what: "result of a run",
    send: async ({ system }, { what }) => portrait(await system.run(give, what)),
  },
  {
    what: "spawn",
    async send({ system }, { make }) {
      const ref = await system.spawn(ends, make());
      const seen = await ref.ask.setup();
      await ref.stop();
      return seen;
    },
  },
  { what: "supervised run", send: ({ supervisor }, { make }) => supervisor.run(take, make()) },
  { what: "pool", send: ({ pool }, { make }) => pool.run(take, make()) },
  {
    what: "map of a pool",
    send: async ({ pool }, { make }) => (await pool.map(take, [make()]))[0]!,
  },
  {
    what: "result of a pool",
    send: async ({ pool }, { what }) => portrait(await pool.run(give, what)),
  },
  {
    what: "queue of one thread",
    async send(_place, { make }) {
      using queue = new Queue<unknown>();
      await queue.send(make());
      return portrait(await queue.receive());
    },
  },
  {
    what: "queue to a thread",
    async send({ system }, { make }) {
      using queue = new Queue<unknown>();
      await queue.send(make());
      return await system.run(takeFrom, queue);
    },
  },
  {
    what: "queue from a thread",
    async send({ system }, { what }) {
      using queue = new Queue<unknown>();
      await system.run(giveTo, queue, what);
      return portrait(await queue.receive());
    },
  },
  {
    what: "pipe of one thread",
    async send(_place, { make }) {
      const [left, right] = pipe<unknown>();
      using _left = left;
      using _right = right;
      await left.send(make());
      return portrait(await right.receive());
    },
  },
  {
    what: "pipe to a thread",
    async send({ system }, { make }) {
      const [left, right] = pipe<unknown>();
      using _left = left;
      using _right = right;
      await left.send(make());
      return await system.run(takeFrom, right);
    },
  },
  {
    what: "pipe from a thread",
    async send({ system }, { what }) {
      const [left, right] = pipe<unknown>();
      using _left = left;
      using _right = right;
      await system.run(giveTo, right, what);
      return portrait(await left.receive());
    },
  },
  {
    what: "pack",
    send(_place, { make }) {
      const { message, transfer } = pack(make());
      return Promise.resolve(portrait(unpack(structuredClone(message, { transfer }))));
    },
  },
  {
    what: "manager",
    async send({ manager }, { make }) {
      await using list = await manager.list<unknown>();
      await list.push(make());
      return portrait(await list.at(0));
    },
  },
];

const VALUES = ODD_VALUES.map((value) => {
  const { make, arrives = () => structuredClone(make()), refused } = value;
  return { value, refused, expected: refused ?? portrait(arrives()) };
});

const PLACES = [
  { what: "the same thread", workers: 0, worker: "web" },
  { what: "a web worker", workers: 1, worker: "web" },
  { what: "a thread", workers: 1, worker: "thread" },
] as const;

Deno.test.each(PLACES)("odd values arrive the same on every route to $what", async (
  { workers, worker },
  t,
) => {
  await using system = new ActorSystem({ workers, worker });
  await using pool = new Pool({ workers, system });
  await using supervisor = new Supervisor({ system });
  await using manager = new Manager({ system });
  const place = { system, pool, supervisor, manager, ref: await system.spawn(ends) };
  for (const { what, send, replaces = false } of ROUTES) {
    await t.step(what, async () => {
      const wrong: string[] = [];
      for (const { value, refused, expected } of VALUES) {
        if (refused !== undefined && replaces) continue;
        const seen = await within(10_000, value.what, outcome(() => send(place, value)));
        const isRight = refused === undefined ? seen === expected : seen.endsWith(refused);
        if (!isRight) wrong.push(`${value.what}: ${seen}, not ${expected}`);
      }
      assertEquals(wrong, []);
    });
  }
});

async function outcome(send: () => Promise<string>): Promise<string> {
  try {
    return await send();
  } catch (error) {
    return (error as Error).message;
  }
}
