/**
 * Uses the package as its users do: from another folder, without this repository's configuration, every module of it
 * over HTTP.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { programTest, runProgram } from "./program.ts";
import { scratchFolder } from "./testing.ts";

const PROGRAM = `
import { ActorSystem, actor, Pool, Queue, task } from "@troupe/actors";
import { sqlite } from "@troupe/actors/durable";
import { Manager, Mutex, SharedValue } from "@troupe/actors/shared";
import { probe, turn } from "@troupe/actors/testing";

const counter = actor(import.meta, (_context, total: SharedValue<"i32">) => ({
  add: (by: number) => total.add(by),
}));
const square = task(import.meta, (n: number) => n * n);
const produce = task(import.meta, async (queue: Queue<number>, lock: Mutex) => {
  using _guard = await lock.acquire();
  await queue.send(7);
});

if (import.meta.main) {
  const worker = Deno.args[0] as "web" | "thread";
  await using system = new ActorSystem({ worker, workers: 1 });
  const total = new SharedValue("i32");
  const ref = await system.spawn(counter, total);
  await ref.ask.add(5);
  console.log("actor", total.value);
  using queue = new Queue<number>();
  await system.run(produce, queue, new Mutex());
  console.log("queue", await queue.receive());
  await using pool = new Pool({ system, workers: 1 });
  console.log("pool", await pool.map(square, [1, 2, 3]));
  await using manager = new Manager({ system });
  const list = await manager.list([1]);
  await list.push(2);
  console.log("manager", await list.toArray());
  using log = probe<{ note(n: number): void }>(system);
  log.ref.tell.note(9);
  console.log("probe", await log.next("note"));
  const store = sqlite(":memory:");
  const stored = await system.spawn(store.definition.with({ own: {} }), ...store.args as never[]);
  console.log("store", (await stored.ask.load("kind", "key")).version);
  console.log("turn", (await turn(counter, [total], "add", 1)).result);
}
`;

const OUTPUT =
  "actor 5\nqueue 7\npool [ 1, 4, 9 ]\nmanager [ 1, 2 ]\nprobe [ 9 ]\nstore 0\nturn 5\n";

const root = new URL("../", import.meta.url);

/** What `publish.include` lists. */
async function publishedPaths(): Promise<string[]> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  return config.publish.include;
}

/** Serves what is published, and nothing else. */
async function servePackage(): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const published = await publishedPaths();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  return Deno.serve(options, async (request) => {
    const path = new URL(request.url).pathname.slice(1);
    if (!published.some((each) => path === each || each.endsWith("/") && path.startsWith(each))) {
      return new Response(null, { status: 404 });
    }
    const text = await Deno.readTextFile(new URL(path, root));
    return new Response(text, { headers: { "content-type": "application/typescript" } });
  });
}

/** Copies what is published into a folder. */
async function copyPackage(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const path of await publishedPaths()) await copyInto(folder, path);
}

/** Copies a file of the project, or a folder, whose path ends with a slash. */
async function copyInto(folder: string, path: string): Promise<void> {
  if (!path.endsWith("/")) return await Deno.copyFile(new URL(path, root), `${folder}/${path}`);
  await Deno.mkdir(`${folder}/${path}`, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, root))) {
    await copyInto(folder, `${path}${name}${isDirectory ? "/" : ""}`);
  }
}

/** Runs the program with the package from where `base` says, and only the permissions given. */
async function consume(base: string, folder: string, worker: string, flags: string[]) {
  const imports = {
    "@troupe/actors": `${base}mod.ts`,
    "@troupe/actors/durable": `${base}durable/mod.ts`,
    "@troupe/actors/shared": `${base}shared/mod.ts`,
    "@troupe/actors/testing": `${base}testing/mod.ts`,
  };
  await Deno.writeTextFile(`${folder}/imports.json`, JSON.stringify({ imports }));
  await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
  return await runProgram(`${folder}/main.ts`, {
    flags: ["--no-config", `--import-map=${folder}/imports.json`, "--no-lock", ...flags],
    args: [worker],
    timeoutMs: 60_000,
  });
}

programTest.each([{ worker: "web" }, { worker: "thread" }])(
  'The package works over HTTP with workers of kind "$worker"',
  async ({ worker }) => {
    await using folder = await scratchFolder();
    await using server = await servePackage();
    const { hostname, port } = server.addr;
    const flags = [
      "--check",
      `--reload=http://${hostname}:${port}`,
      `--allow-import=${hostname}:${port}`,
      `--allow-read=${folder.path}`,
    ];
    const base = `http://${hostname}:${port}/`;
    const { code, stdout, stderr } = await consume(base, folder.path, worker, flags);
    assertEquals({ code, stdout }, { code: 0, stdout: OUTPUT }, stderr);
  },
);

programTest("The package works from local files with --allow-read and nothing more", async () => {
  await using folder = await scratchFolder();
  const { code, stdout, stderr } = await consume(root.href, folder.path, "web", [
    "--no-check",
    "--allow-read",
  ]);
  assertEquals({ code, stdout }, { code: 0, stdout: OUTPUT }, stderr);
});

programTest.each([{ worker: "web" }, { worker: "thread" }])(
  'The package works in a folder with #, % and " in its name with workers of kind "$worker"',
  async ({ worker }) => {
    await using folder = await scratchFolder();
    const odd = `${folder.path}/a#b %25"c`;
    await copyPackage(odd);
    const base = pathToFileURL(`${odd}/`).href;
    const flags = ["--no-check", "--allow-read"];
    const { code, stdout, stderr } = await consume(base, odd, worker, flags);
    assertEquals({ code, stdout }, { code: 0, stdout: OUTPUT }, stderr);
  },
);
