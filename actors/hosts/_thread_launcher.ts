import type { Launched, Launcher } from "./launcher.ts";

/** Starts threads of `node:worker_threads`, which can really be killed. */
export const threadLauncher: Launcher = {
  kind: "thread",
  keepsPermissions: false,
  start(init, _permissions, onError): Launched {
    // Only programs that use this kind load the module; and a thread cannot import from https by itself, but a
    // `data:` module that does so can.
    const entry = new URL("../host/thread_worker.ts", import.meta.url);
    // Encoded, because the address has escapes of its own when its folder's name needs them.
    const code = encodeURIComponent(`import ${JSON.stringify(entry.href)};`);
    const bootstrap = `data:text/javascript,${code}`;
    let ended = false;
    const starting = import("node:worker_threads").then(({ Worker }) => {
      if (ended) return init.line.port.close();
      const worker = new Worker(new URL(bootstrap));
      worker.on("error", (error) => onError(error as Error));
      worker.postMessage(init, [init.line.port as unknown as ArrayBuffer]);
      return worker;
    });
    starting.catch(onError);
    return {
      quit: () => void starting.then((worker) => worker?.postMessage(null), () => {}),
      async terminate() {
        ended = true;
        await (await starting)?.terminate();
      },
    };
  },
};
