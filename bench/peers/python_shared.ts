import { startPeers } from "../harness/absent.ts";
import type { Contender } from "../harness/measure.ts";
import { runProgram } from "./program.ts";

const SCRIPT = new URL("./shared.py", import.meta.url).pathname;

/**
 * Shared state in Python, where there is one: `"guarded"` adds to a `Value` under its lock in two processes, `"manager"`
 * gets and sets an entry of a managed `dict`, `"manager-many"` does so from 16 threads.
 *
 * @param size How many operations Python does in a run, when it would take too long with all.
 */
export async function pythonShared(
  work: "guarded" | "manager" | "manager-many",
  operations: number,
  size = operations,
): Promise<Contender[]> {
  const name = work === "guarded" ? "Python Value" : "Python Manager";
  const timeOf = (operations: number) => runProgram("python3", [SCRIPT, work, `${operations}`]);
  return await startPeers<Contender>({
    async [name]() {
      await timeOf(2);
      return { name, role: "peer", run: async () => await timeOf(size) * operations / size };
    },
  });
}
