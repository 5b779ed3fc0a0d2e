/**
 * The floors of the sources: imports go down only.
 *
 * All imports count, also those of types and those that are made when they are needed.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** The floors of each hall from the lowest up: folders, and files that stand in the hall itself. */
const HALLS: Record<string, readonly (readonly string[])[]> = {
  channels: [
    ["vocabulary"],
    ["thread"],
    ["waits"],
    ["message"],
    ["packing"],
    ["link"],
    ["queue", "pipe"],
    ["select.ts"],
    ["mod.ts"],
  ],
  actors: [
    ["vocabulary"],
    ["definition"],
    ["cell"],
    ["local"],
    ["messaging"],
    ["hosts"],
    ["lifecycle"],
    ["keyed"],
    ["host"],
    ["system"],
    ["supervision"],
    ["actor_context.ts"],
    ["keyed_context.ts"],
    ["durable_context.ts"],
    ["_context.ts"],
    ["_keyed_context.ts"],
    ["_durable_context.ts"],
    ["actor.ts", "keyed.ts", "task.ts"],
    ["pool"],
    ["mod.ts"],
  ],
  shared: [
    ["vocabulary"],
    ["words"],
    ["locks", "transport"],
    ["data", "queue"],
    ["named", "managed"],
    ["managed/home"],
    ["mod.ts"],
  ],
  durable: [["sqlite"], ["mod.ts"]],
  // What comes next has its place already.
  cluster: [["."]],
  inspector: [["."]],
  otel: [["."]],
  // On top, so that nothing of the package loads it.
  testing: [
    ["globals"],
    ["simulation"],
    [
      "_action.ts",
      "_expectation.ts",
      "_fake_timers.ts",
      "protocol.ts",
      "simulated_world.ts",
    ],
    [
      "expect_dead_letters.ts",
      "expect_exit.ts",
      "expect_no_errors.ts",
      "expect_restart.ts",
      "fake_time.ts",
      "memory_store",
      "probe.ts",
      "turn",
      "_program_world.ts",
    ],
    ["simulated_program.ts"],
    ["simulate.ts"],
    ["mod.ts"],
  ],
};
const ORDER = Object.keys(HALLS);

interface Arrow {
  readonly from: string;
  readonly to: string;
}

const IMPORT = /^\s*(?:import|export)\b[^"';]*?\bfrom\s*"(\.[^"]+)"|^\s*import\s*"(\.[^"]+)"/gm;
const LATER = /\bimport\(\s*"(\.[^"]+)"\s*\)/g;

async function sources(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory) await visit(`${folder}${name}/`);
      else if (name.endsWith(".ts")) {
        found.set(folder + name, await Deno.readTextFile(new URL(folder + name, ROOT)));
      }
    }
  };
  for (const hall of ORDER) {
    try {
      await visit(`${hall}/`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

function arrowsOf(files: ReadonlyMap<string, string>): Arrow[] {
  return Array.from(files).flatMap(([from, text]) => {
    const code = text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, "");
    const matches = [...code.matchAll(IMPORT), ...code.matchAll(LATER)];
    return matches.map((match) => {
      const to = new URL(match[1] ?? match[2]!, new URL(from, ROOT)).href.slice(ROOT.href.length);
      return { from, to };
    });
  });
}

const folderOf = (file: string) => file.slice(0, file.lastIndexOf("/"));

/** The hall, and the floor in it, of a file. */
function placeOf(file: string): { hall: number; floor: number; room: string } {
  const [hall = ""] = file.split("/");
  const inside = file.slice(hall.length + 1);
  const room = inside.includes("/") ? folderOf(inside) : inside;
  const floors = HALLS[hall] ?? [];
  const floor = floors.findIndex((rooms) => rooms.includes(room) || rooms.includes("."));
  return { hall: ORDER.indexOf(hall), floor, room };
}

/** Why an arrow must not be; `null` when it may. */
function fault({ from, to }: Arrow): string | null {
  if (to.split("/").at(-1)!.startsWith("_") && folderOf(from) !== folderOf(to)) return "private";
  const [below, above] = [placeOf(to), placeOf(from)];
  if (below.hall !== above.hall) return below.hall < above.hall ? null : "upward";
  if (below.room === above.room || below.floor < above.floor) return null;
  return below.floor === above.floor ? "sideways" : "upward";
}

/** The files that reach themselves, each circle once. */
function circles(files: Iterable<string>, arrows: readonly Arrow[]): string[][] {
  const next = new Map(Array.from(files, (file): [string, string[]] => [file, []]));
  for (const { from, to } of arrows) next.get(from)?.push(to);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  // R. Tarjan, "Depth-first search and linear graph algorithms", 1972.
  const visit = (file: string) => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return found;
}

const textOf = ({ from, to }: Arrow) => `${from} -> ${to}`;
const files = await sources();
const arrows = arrowsOf(files);

Deno.test("Every file of the sources stands on a floor", () => {
  const homeless = Array.from(files.keys()).filter((file) => placeOf(file).floor < 0);
  assertEquals(homeless, []);
});

Deno.test("Imports go down, and private files are imported from their own folder only", () => {
  const faults = arrows.filter((arrow) => fault(arrow) !== null).map(textOf);
  assertEquals(faults.sort(), []);
});

Deno.test("No file reaches itself by its imports", () => {
  assertEquals(circles(files.keys(), arrows), []);
});

Deno.test("Only mod.ts gathers what other files export", () => {
  const gathers = Array.from(files).filter(([file, text]) => {
    const code = text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
    const rest = code.replace(/export (?:type )?(?:\*|\{[^}]*\}) from "[^"]+";/g, "");
    return !file.endsWith("/mod.ts") && code.trim() !== "" && rest.trim() === "";
  });
  assertEquals(gathers.map(([file]) => file), []);
});
