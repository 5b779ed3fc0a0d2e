import { settings } from "../harness/settings.ts";
import type { PoolPeer } from "../workloads/pool_peer.ts";
import { runProgram } from "./program.ts";
import { peers } from "./versions.ts";

// Not in a folder of the project: Node finds packages in folders named node_modules only.
const FOLDER = new URL("../../.tmp/bench_node", import.meta.url).pathname;

/** `multiprocessing.Pool` of Python. */
export async function pythonPool(): Promise<PoolPeer> {
  const script = new URL("./pool.py", import.meta.url).pathname;
  const pool = programPool("Python Pool", "python3", [script]);
  await pool.map([1]);
  return pool;
}

/** A pool of Node, which is installed first where it is not yet; not in a quick run. */
export async function nodePool(name: "piscina" | "tinypool"): Promise<PoolPeer> {
  await install();
  const script = new URL("./node_pool.mjs", import.meta.url).pathname;
  const pool = programPool(`${name}, on Node`, "node", [script, FOLDER, name]);
  await pool.map([1]);
  return pool;
}

function programPool(name: string, command: string, args: string[]): PoolPeer {
  const run = (work: string, size: number, limit = 0) =>
    runProgram(command, [...args, work, `${size}`, `${limit}`]);
  return {
    name,
    role: "peer",
    run(task, items) {
      return task === "square" ? run("run", items.length) : run("cpu", items.length, items[0]);
    },
    map: (items) => run("map", items.length),
    close: () => Promise.resolve(),
  };
}

let installed: Promise<void> | undefined;

function install(): Promise<void> {
  return installed ??= (async () => {
    try {
      await Promise.all(
        ["piscina", "tinypool"].map((name) => Deno.stat(`${FOLDER}/node_modules/${name}`)),
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (settings.isQuick) throw new Error("not installed yet: a full run does that");
      await Deno.mkdir(FOLDER, { recursive: true });
      const wanted = [`piscina@${peers.piscina}`, `tinypool@${peers.tinypool}`];
      const args = ["install", "--no-audit", "--no-fund", "--prefix", FOLDER, ...wanted];
      const { success, stderr } = await new Deno.Command("npm", { args }).output();
      if (!success) throw new Error(`npm install: ${new TextDecoder().decode(stderr)}`);
    }
  })();
}
