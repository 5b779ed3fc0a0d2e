import { thread } from "../../channels/thread/thread.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import type { Launched, Launcher } from "./launcher.ts";

/** Starts Web Workers. */
export const webLauncher: Launcher = launcherFor(
  "web",
  new URL("../host/web_worker.ts", import.meta.url),
  true,
);

/** Starts threads of `node:worker_threads`, which can really be killed. */
export const threadLauncher: Launcher = launcherFor(
  "thread",
  new URL("../host/thread_worker.ts", import.meta.url),
  false,
);

/** Who starts threads of this process. */
function launcherFor(kind: WorkerKind, entry: URL, keepsPermissions: boolean): Launcher {
  return {
    kind,
    keepsPermissions,
    start(init, permissions, onError): Launched {
      const name = `troupe host ${init.index}`;
      const start = { kind, entry, name, permissions, onError };
      const worker = thread().platform.startWorker(start);
      worker.postMessage(init, [init.line.port]);
      return { quit: () => worker.postMessage(null), terminate: () => worker.terminate() };
    },
  };
}
