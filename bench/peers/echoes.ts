import type { Message } from "../workloads/actors.ts";
import type { Echo } from "../workloads/echo.ts";
import type { Starts } from "../harness/absent.ts";
import { loadPeer } from "./versions.ts";

/** What echoes messages, by name. */
export const peers = (): Starts<Echo> => ({ "comlink": comlinkEcho, "threads": threadsEcho });

interface Comlink {
  wrap(worker: Worker): { echo(message: Message): Promise<Message> };
}

/** A proxied function of `comlink`. */
async function comlinkEcho(): Promise<Echo> {
  const { wrap } = await loadPeer<Comlink>("comlink");
  const worker = new Worker(new URL("./comlink_worker.ts", import.meta.url), { type: "module" });
  await isReady(worker);
  const remote = wrap(worker);
  return {
    name: "comlink",
    role: "peer",
    echo: (message) => remote.echo(message),
    close: () => Promise.resolve(worker.terminate()),
  };
}

interface Threads {
  readonly Worker: new (path: string) => unknown;
  readonly Thread: { terminate(thread: unknown): Promise<void> };
  spawn(worker: unknown): Promise<{ echo(message: Message): Promise<Message> }>;
}

/** A function of a worker of `threads`, which are Node's worker threads here. */
async function threadsEcho(): Promise<Echo> {
  const { spawn, Thread, Worker } = await loadPeer<Threads>("threads");
  const thread = await spawn(new Worker("./threads_worker.ts"));
  return {
    name: "threads",
    role: "peer",
    // Each call listens to all answers: with 1000 in flight an answer is looked at 1000 times.
    most: 2_000,
    echo: (message) => thread.echo(message),
    close: () => Thread.terminate(thread),
  };
}

/** Resolves at the worker's first message: it has loaded its peer, and listens. */
export function isReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    }, { once: true });
  });
}
