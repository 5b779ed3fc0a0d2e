import type { ActorLibrary, Works } from "../workloads/actor_work.ts";
import { runProgram } from "./program.ts";

const SCRIPT = new URL("./actors.escript", import.meta.url).pathname;
const WORKS: (keyof Works)[] = [
  "pingPong",
  "count",
  "countObjects",
  "ask",
  "askMany",
  "spawn",
  "spawnStop",
  "ring",
  "tree",
  "big",
  "idle",
];

/** The works of the one-thread group for Erlang's processes on one core, a new `escript` for each run. */
export async function erlangActors(): Promise<ActorLibrary> {
  const run = (work: string) => (size: number) => runProgram("escript", [SCRIPT, work, `${size}`]);
  await run("count")(1);
  const works = Object.fromEntries(WORKS.map((work) => [work, run(work)]));
  return { name: "Erlang, one core", role: "peer", works };
}
