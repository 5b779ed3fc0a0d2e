import { thread } from "../../channels/thread/thread.ts";
import type { Launched, Launcher } from "./launcher.ts";

/** Starts Web Workers. */
export const webLauncher: Launcher = {
  kind: "web",
  keepsPermissions: true,
  start(init, permissions, onError): Launched {
    const options: WorkerOptions = { type: "module", name: `troupe host ${init.index}` };
    // Any mention of permissions wants the unstable flag.
    if (permissions !== null) options.deno = { permissions };
    const worker = thread().platform.startWorker(
      new URL("../host/web_worker.ts", import.meta.url),
      options,
    );
    worker.onerror = (event) => {
      event.preventDefault();
      onError(event.error instanceof Error ? event.error : new Error(event.message));
    };
    worker.postMessage(init, [init.line.port]);
    return {
      quit: () => worker.postMessage(null),
      terminate: () => Promise.resolve(worker.terminate()),
    };
  },
};
