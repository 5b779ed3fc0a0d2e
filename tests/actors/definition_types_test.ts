import { assertEquals } from "@std/assert";
import {
  actor,
  type ActorDefinition,
  ActorSystem,
  Pool,
  type PoolOptions,
  Supervisor,
  task,
  type TaskDefinition,
} from "../../mod.ts";
import { Barrier } from "../../shared/mod.ts";

// The types are checked by `deno task check`: each line that is marked has to be an error, the others may not.

type Same<X, Y> = (<T>() => T extends X ? 1 : 2) extends (<T>() => T extends Y ? 1 : 2) ? true
  : false;

function isTrue<_T extends true>(): void {}

const scale = task(import.meta, (n: number, by = 2) => n * by);
const repeat = task(import.meta, async (text = "ab", times = 1) => await text.repeat(times));
const join = task(
  import.meta,
  function (list: string[], { separator = ",", end = "" } = {}, ...more: string[]) {
    return [...list, ...more].join(separator) + end;
  },
);
const counter = actor(import.meta, (context, start: number, by = 1) => {
  let count = start;
  return {
    add: (times = 1) => count += by * times,
    name: () => context.self.name,
    *down(from = 2) {
      while (from > 0) yield from--;
    },
  };
});
const greeter = actor(import.meta, async (_context, greeting = "Hello") => {
  await Promise.resolve();
  return { greet: (name: string) => `${greeting} ${name}` };
});
const box = actor(
  import.meta,
  (context, { size = 3, label } = { label: "box" }, [first = 0] = [1]) => ({
    size: () => size + first,
    label() {
      return `${label} of ${this.size()} in ${context.restarts}`;
    },
  }),
);
const plain = actor(import.meta, () => ({ one: () => 1 }));

isTrue<Same<typeof scale, TaskDefinition<[n: number, by?: number], number>>>();
isTrue<Same<typeof repeat, TaskDefinition<[text?: string, times?: number], Promise<string>>>>();
isTrue<
  Same<
    typeof join,
    TaskDefinition<
      [
        list: string[],
        options?: { separator?: string | undefined; end?: string | undefined },
        ...more: string[],
      ],
      string
    >
  >
>();
isTrue<
  Same<
    typeof counter,
    ActorDefinition<
      {
        add: (times?: number) => number;
        name: () => string | undefined;
        down(from?: number): Generator<number, void, unknown>;
      },
      [start: number, by?: number]
    >
  >
>();
isTrue<
  Same<
    typeof greeter,
    ActorDefinition<{ greet: (name: string) => string }, [greeting?: string]>
  >
>();
isTrue<
  Same<
    typeof box,
    ActorDefinition<
      { size: () => number; label(): string },
      [{ label: string; size?: number | undefined }?, number[]?]
    >
  >
>();
isTrue<Same<typeof plain, ActorDefinition<{ one: () => number }, []>>>();

Deno.test("task() and actor() infer the types of arguments that have a default", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const four: number = await system.run(scale, 2);
  const ten = await system.run(scale.with({ timeoutMs: 10_000 }), 2, 5);
  isTrue<Same<typeof ten, number>>();
  const hits = await system.spawn(counter.with({ name: "hits" }), 1, 3);
  const sum = await hits.ask.add() + await hits.ask.add(2);
  isTrue<Same<typeof sum, number>>();
  const down = await Array.fromAsync(hits.stream.down());
  isTrue<Same<typeof down, number[]>>();
  const polite = await system.spawn(greeter);
  assertEquals([four, ten, sum, down], [4, 10, 4 + 10, [2, 1]]);
  assertEquals(await polite.ask.greet("you"), "Hello you");
});

Deno.test("pools and supervisors take tasks and actors whose arguments have a default", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using pool = new Pool({ workers: 0, system });
  await using supervisor = new Supervisor({ system });
  const doubles = await pool.map(scale, [1, 2]);
  isTrue<Same<typeof doubles, number[]>>();
  const texts = await pool.starmap(repeat, [["a", 2], ["b"], []]);
  isTrue<Same<typeof texts, string[]>>();
  const lazy = await Array.fromAsync(pool.imap(repeat, ["x"]));
  isTrue<Same<typeof lazy, string[]>>();
  const run = await pool.run(join, ["a", "b"], { separator: "-" }, "c");
  isTrue<Same<typeof run, string>>();
  const task = await supervisor.run(scale, 3);
  isTrue<Same<typeof task, number>>();
  const hits = await supervisor.spawn(counter, 1);
  assertEquals([doubles, texts, lazy, run, task, await hits.ask.add()], [
    [2, 4],
    ["aa", "b", "ab"],
    ["x"],
    "a-b-c",
    6,
    2,
  ]);
});

// Never called.
export async function refused(system: ActorSystem, pool: Pool): Promise<void> {
  // @ts-expect-error: a text in place of a number
  await system.run(scale, 1, "2");
  // @ts-expect-error: an argument is missing
  await system.run(scale);
  // @ts-expect-error: one argument too many
  await system.run(scale, 1, 2, 3);
  // @ts-expect-error: a text in place of a number
  await system.spawn(counter, 1, "2");
  // @ts-expect-error: an argument is missing
  await system.spawn(counter);
  // @ts-expect-error: one argument too many
  await system.spawn(plain, 1);
  // @ts-expect-error: items of another type
  await pool.map(scale, ["1"]);
  new Pool({ initializer: [scale, 1] });
  new Pool({ initializer: [scale.with({ timeoutMs: 1 }), 1, 2] });
  const options: PoolOptions = { initializer: [join, [], { end: "." }, "a"] };
  new Pool(options) satisfies Pool;
  // @ts-expect-error: an argument of the initializer is missing
  new Pool({ initializer: [scale] });
  // @ts-expect-error: a text in place of a number
  new Pool({ initializer: [scale, 1, "2"] });
  // @ts-expect-error: one argument too many
  new Pool({ initializer: [scale, 1, 2, 3] });
  // @ts-expect-error: a function that is no task
  new Pool({ initializer: [(n: number) => n, 1] });
  new Barrier(2, { action: [repeat] }) satisfies Barrier;
  new Barrier(2, { action: [repeat, "a", 2] });
  // @ts-expect-error: a number in place of a text
  new Barrier(2, { action: [repeat, 2] });
  // @ts-expect-error: an argument of the action is missing
  new Barrier(2, { action: [scale] });
  // @ts-expect-error: not a function
  task(import.meta, 5);
  // @ts-expect-error: not a function
  actor(import.meta, {});
  // @ts-expect-error: an argument without a type
  task(import.meta, (n) => n);
  // @ts-expect-error: setup begins with the context
  await system.spawn(actor(import.meta, (n: number) => ({ n: () => n })));
}
