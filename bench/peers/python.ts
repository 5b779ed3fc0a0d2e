import type { Starts } from "../harness/absent.ts";
import type { Contender } from "../harness/measure.ts";
import { runProgram } from "./program.ts";

const CHANNELS = new URL("./channels.py", import.meta.url).pathname;
const SHARED = new URL("./shared.py", import.meta.url).pathname;

/** What Python does, with what, by which script. */
const WORKS = {
  "queue": ["Python multiprocessing.Queue", CHANNELS],
  "ping-pong": ["Python multiprocessing.Pipe", CHANNELS],
  "stream": ["Python multiprocessing.Pipe", CHANNELS],
  "guarded": ["Python Value", SHARED],
  "manager": ["Python Manager", SHARED],
  "manager-many": ["Python Manager", SHARED],
} as const;

/**
 * The same work in Python, where there is one.
 *
 * @param size How many operations Python does in a run, when it would take too long with all.
 */
export function peers(
  work: keyof typeof WORKS,
  operations: number,
  size = operations,
): Starts<Contender> {
  const [name, script] = WORKS[work];
  const timeOf = (operations: number) => runProgram("python3", [script, work, `${operations}`]);
  return {
    async [name]() {
      await timeOf(2);
      return { name, role: "peer", run: async () => await timeOf(size) * operations / size };
    },
  };
}
