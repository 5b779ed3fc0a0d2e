import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotMatch,
  assertRejects,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { StoreError, type StoreFailure } from "../../actors/mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { programTest, runProgram } from "../program.ts";
import { scratchFolder } from "../testing.ts";
import { startStore, turn } from "./store_kit.ts";

async function assertRefused(file: string, reason: StoreFailure, words: string): Promise<void> {
  const error = await assertRejects(() => startStore(sqlite(file)), StoreError);
  assertEquals(error.reason, reason);
  assertEquals(error.message.startsWith(`Cannot open store ${JSON.stringify(file)}: `), true);
  assertEquals(error.message.includes(words), true, error.message);
}

function edit(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

/** Makes a store with so many actors, whose state is a long text, and stops it. */
async function filled(file: string, actors: number): Promise<void> {
  await using store = await startStore(sqlite(file));
  const state = JSON.stringify("x".repeat(300));
  const turns = Array.from(
    { length: actors },
    (_, at) => turn({ epoch: 1, version: 0, key: `${at}`, state }),
  );
  await store.ask.commit(turns);
}

Deno.test("A file of something else is not a store of Troupe, and is left as it is", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/other.db`;
  for (
    const sql of ["CREATE TABLE t (n)", "PRAGMA application_id = 5", "PRAGMA user_version = 5"]
  ) {
    edit(file, sql);
    const before = await Deno.readFile(file);
    await assertRefused(file, "foreign", "it is not a store of Troupe");
    assertEquals(await Deno.readFile(file), before);
    await Deno.remove(file);
  }
});

Deno.test("A newer file is refused with words, and is left as it is", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await filled(file, 1);
  edit(file, "PRAGMA user_version = 99");
  const before = await Deno.readFile(file);
  await assertRefused(file, "newer", "written by a newer version of Troupe");
  assertEquals(await Deno.readFile(file), before);
});

Deno.test("A file that is not a database is refused", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await Deno.writeTextFile(file, "Hello. ".repeat(1_000));
  await assertRefused(file, "corrupt", "not a database");
});

Deno.test("An empty file becomes a store", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await Deno.writeTextFile(file, "");
  await filled(file, 1);
  await filled(`${folder.path}/bare.db`, 1);
});

Deno.test("A folder that is not there, and a path that is a folder, are errors of the store", async () => {
  await using folder = await scratchFolder();
  await assertRefused(`${folder.path}/none/shop.db`, "failed", "No such file or directory");
  await assertRefused(folder.path, "failed", "unable to open database file");
});

Deno.test("Pages of nonsense are a named error where they are read, and nowhere else", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await filled(file, 500);
  const bytes = await Deno.readFile(file);
  // From the second half on there are only rows and their index.
  for (let at = bytes.length / 2; at < bytes.length; at += 3 * 4096) bytes.fill(255, at, at + 4096);
  await Deno.writeFile(file, bytes);
  await using store = await startStore(sqlite(file));
  const reasons = { ok: 0, corrupt: 0 };
  for (let key = 0; key < 500; key++) {
    try {
      const { epoch, version } = await store.ask.load("cart", `${key}`);
      reasons.ok++;
      const [outcome] = await store.ask.commit([
        turn({ epoch, version, key: `${key}`, state: "1" }),
      ]);
      if (outcome !== "done") assertInstanceOf(outcome, StoreError);
    } catch (error) {
      assertInstanceOf(error, StoreError);
      assertEquals(error.reason, "corrupt");
      reasons.corrupt++;
    }
  }
  assertEquals(reasons.corrupt > 0 && reasons.ok > 0, true, JSON.stringify(reasons));
});

Deno.test("Bytes that were flipped anywhere never are more than a named error", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await filled(file, 30);
  const bytes = await Deno.readFile(file);
  for (let trial = 0; trial < 40; trial++) {
    const flipped = bytes.slice();
    const from = trial < 10 ? trial * 10 : Math.floor(Math.random() * bytes.length);
    for (let at = from; at < from + 8; at++) flipped[at]! ^= 0xff;
    const copy = `${folder.path}/flipped-${trial}.db`;
    await Deno.writeFile(copy, flipped);
    try {
      await using store = await startStore(sqlite(copy));
      const { epoch, version } = await store.ask.load("cart", "7");
      await store.ask.commit([turn({ epoch, version, key: "7", state: "1" })]);
      await store.ask.due(1, 10);
    } catch (error) {
      assertInstanceOf(error, StoreError, `flipped from ${from} on`);
    }
  }
});

Deno.test("A file beside it that was cut off gives back what came before the cut", async () => {
  await using folder = await scratchFolder();
  const [file, copy] = [`${folder.path}/shop.db`, `${folder.path}/copy.db`];
  const states: string[] = [];
  let wal;
  {
    await using store = await startStore(sqlite(file));
    const { epoch } = await store.ask.load("cart", "a");
    for (let version = 0; version < 20; version++) {
      await store.ask.commit([turn({ epoch, version, state: `${version}` })]);
      states.push(`${version}`);
    }
    wal = await Deno.readFile(`${file}-wal`);
    await Deno.copyFile(file, copy);
  }
  let last = -1;
  for (const part of [0.2, 0.5, 0.7, 0.9, 1]) {
    const cut = `${folder.path}/cut-${part}.db`;
    await Deno.copyFile(copy, cut);
    await Deno.writeFile(`${cut}-wal`, wal.slice(0, Math.floor(wal.length * part)));
    await using store = await startStore(sqlite(cut));
    const { version, state } = await store.ask.load("cart", "a");
    assertEquals(state, version === 0 ? null : states[version - 1]!);
    assertEquals(version >= last, true);
    last = version;
  }
  assertEquals(last, 20);
});

const PERMITTED = ["", "-wal", "-shm", "-lock"];
const program = new URL("./fixtures/store_program.ts", import.meta.url).href;

/** Runs the program with a store; what it prints. */
async function runStore(mode: string, file: string, flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, { flags, args: [mode, file] });
  assertEquals(code, 0, stdout + stderr);
  return stdout.trim();
}

programTest(
  "A store needs to read and write its file and those beside it, and no more",
  async () => {
    await using folder = await scratchFolder();
    const file = `${await Deno.realPath(folder.path)}/shop.db`;
    const all = PERMITTED.map((end) => file + end).join(",");
    const flags = ["--no-check", `--allow-read=${all}`, `--allow-write=${all}`];
    assertEquals(await runStore("commit", file, flags), "done");
    assertEquals(await runStore("commit", file, flags), "done");
  },
);

programTest("A permission that is missing is an error with words", async () => {
  await using folder = await scratchFolder();
  const file = `${await Deno.realPath(folder.path)}/shop.db`;
  for (const flags of [[], [`--allow-read=${file}`, `--allow-write=${file}`]]) {
    const output = await runStore("commit", file, ["--no-check", ...flags]);
    assertMatch(
      output,
      /^StoreError permission Cannot open store .*--allow-read and --allow-write/,
    );
  }
});

Deno.test("A thread that only imports the entry point does not load SQLite", async () => {
  const folder = new URL("../../durable/sqlite/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    assertNotMatch(text, /^import (?!type)[^;]*"node:/m, name);
  }
});

programTest(
  "A full disk is a named error, nothing is lost, and it goes on when there is room",
  async () => {
    await using folder = await scratchFolder();
    const output = await runOnSmallDisk(folder.path, [
      `head -c 300000 /dev/zero > filler`,
      `exec "$0" run --no-check --allow-read --allow-write=. ${program} fill shop.db filler`,
    ]);
    if (output !== null) assertEquals(output, `${"done\n".repeat(5)}true true nothing lost`);
  },
);

programTest("A file system that cannot be written is a named error", async () => {
  await using folder = await scratchFolder();
  const run = `"$0" run --no-check --allow-read --allow-write=. ${program} commit shop.db`;
  const output = await runOnSmallDisk(folder.path, [
    run,
    "mount -o remount,ro .",
    run,
  ]);
  if (output === null) return;
  assertMatch(output, /^done\nStoreError read-only Cannot open store "shop.db": it or its folder/);
});

/** Runs shell commands in a file system of a megabyte; `null` where none can be made. */
async function runOnSmallDisk(folder: string, commands: string[]): Promise<string | null> {
  const mount = 'mount -t tmpfs -o size=1m none "$1" && cd "$1"';
  const shell = async (script: string) => {
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-Urm", "sh", "-ec", script, Deno.execPath(), folder],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    return { success, stdout: text.decode(stdout).trim(), stderr: text.decode(stderr) };
  };
  if (!(await shell(mount)).success) {
    console.log("Left out: a small disk cannot be made here");
    return null;
  }
  const { success, stdout, stderr } = await shell([mount, ...commands].join("\n"));
  assertEquals(success, true, stdout + stderr);
  return stdout;
}
