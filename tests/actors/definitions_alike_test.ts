import { programTest, runProgram } from "../program.ts";
import { scratchFolder } from "../testing.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  type ActorDefinition,
  ActorSystem,
  DefinitionError,
  type TaskDefinition,
  type WorkerKind,
} from "../../actors/mod.ts";
import {
  either,
  eitherTask,
  fromElsewhere,
  neighbour,
  onlyOnMain,
  withKey,
} from "../fixtures/alike.ts";
import * as awaiting from "../fixtures/alike_await.ts";
import { makeLate, maker } from "../fixtures/alike_late.ts";
import { fewer, same } from "../fixtures/alike_loops.ts";

type Answerer = ActorDefinition<{ who: () => string }, []>;

const KINDS: { worker: WorkerKind }[] = [{ worker: "web" }, { worker: "thread" }];

/** What actors of these definitions answer on a worker; a `DefinitionError` by its name. */
async function answers(worker: WorkerKind, definitions: Answerer[]): Promise<string[]> {
  await using system = new ActorSystem({ workers: 1, worker });
  const all: string[] = [];
  for (const definition of definitions) {
    try {
      all.push(await (await system.spawn(definition)).ask.who());
    } catch (error) {
      all.push((error as Error).name);
    }
  }
  return all;
}

Deno.test.each(KINDS)(
  "ActorSystem.spawn() never takes another definition of the same source, in a $worker worker",
  async ({ worker }) => {
    assertEquals(await answers(worker, [onlyOnMain!, either]), [
      "DefinitionError",
      "DefinitionError",
    ]);
  },
);

Deno.test.each(KINDS)(
  "ActorSystem.spawn() finds definitions of the same source and module in a $worker worker",
  async ({ worker }) => {
    assertEquals(
      await answers(worker, [
        ...same,
        awaiting.before,
        awaiting.after,
        awaiting.default,
        awaiting.Team.member,
        awaiting.Team.method,
      ]),
      ["a", "b", "c", "before", "after", "default", "member", "method"],
    );
  },
);

Deno.test("ActorSystem.run() never takes another task of the same source", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const refused: TaskDefinition<[], string>[] = [eitherTask, ...fewer];
  for (const each of refused) await assertRejects(() => system.run(each), DefinitionError, "key");
});

Deno.test("a key finds a definition wherever it stands", async () => {
  assertEquals(await answers("web", withKey), ["a", "b"]);
});

Deno.test("ActorSystem.spawn() says where the definition was made that a worker lacks", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(
    () => system.spawn(onlyOnMain!),
    DefinitionError,
    "alike.ts in the worker (made at 12:41 < 15:36)",
  );
  await assertRejects(() => system.spawn(neighbour), DefinitionError, "alike.ts");
  await assertRejects(() => system.spawn(fromElsewhere), DefinitionError, "alike.ts");
});

Deno.test("a definition made later is never one that another thread has made later", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(maker);
  assertEquals(await ref.ask.own("of the worker"), "of the worker");
  await assertRejects(() => ref.ask.other(makeLate("of main")), DefinitionError, "top level");
  assertEquals(await ref.ask.other(await ref.ask.give("given back")), "given back");
});

const FOLDERS = [" ", "#", "%20", "%", '"', "?"].map((odd) => ({ odd }));

programTest.each(FOLDERS)(
  "Definitions are found by workers in a current folder with $odd in its name",
  async ({ odd }) => {
    await using folder = await scratchFolder();
    const cwd = `${folder.path}/a${odd}b`;
    await Deno.mkdir(cwd);
    const mod = new URL("../../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${cwd}/main.ts`,
      `import { ActorSystem, task } from ${JSON.stringify(mod)};
const square = task(import.meta, (n: number) => n * n);
if (import.meta.main) {
  for (const worker of ["web", "thread"] as const) {
    await using system = new ActorSystem({ workers: 1, worker });
    console.log(await system.run(square, 3));
  }
}
`,
    );
    const flags = ["--no-check", "--allow-read"];
    const { stdout, stderr } = await runProgram("./main.ts", { flags, cwd });
    assertEquals(stdout, "9\n9\n", stderr);
  },
);
