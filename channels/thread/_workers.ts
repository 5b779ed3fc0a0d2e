/** What a worker is started with. */
export interface WorkerStart {
  /** `"thread"` is one of `node:worker_threads`. */
  readonly kind: "web" | "thread";
  /** The module that it runs. */
  readonly entry: URL;
  readonly name: string;
  /** Permissions of a Web Worker; all of the program's without. */
  readonly permissions: Deno.PermissionOptions | null;
  /** Called when the thread reports that it failed. */
  readonly onError: (error: Error) => void;
}

/** A worker that was started. */
export interface StartedWorker {
  postMessage(message: unknown, transfers?: MessagePort[]): void;
  /** Ends the thread, as far as its kind can be ended. */
  terminate(): Promise<void>;
}

/** Starts a worker of either kind. */
export function startWorker(start: WorkerStart): StartedWorker {
  return start.kind === "web" ? startWeb(start) : startThread(start);
}

// As it was when this module was loaded.
const { Worker: WebWorker } = globalThis;

function startWeb({ entry, name, permissions, onError }: WorkerStart): StartedWorker {
  const options: WorkerOptions = { type: "module", name };
  // Any mention of permissions wants the unstable flag.
  if (permissions !== null) options.deno = { permissions };
  const worker = new WebWorker(entry, options);
  worker.onerror = (event) => {
    event.preventDefault();
    onError(event.error instanceof Error ? event.error : new Error(event.message));
  };
  return {
    postMessage: (message, transfers = []) => worker.postMessage(message, transfers),
    terminate: () => Promise.resolve(worker.terminate()),
  };
}

function startThread({ entry, onError }: WorkerStart): StartedWorker {
  // Only programs that use this kind load the module; and a thread cannot import from https by itself, but a
  // `data:` module that does so can. Encoded, because the address has escapes of its own when its folder's name needs
  // them.
  const code = encodeURIComponent(`import ${JSON.stringify(entry.href)};`);
  const bootstrap = `data:text/javascript,${code}`;
  let ended = false;
  const starting = import("node:worker_threads").then(({ Worker }) => {
    if (ended) return null;
    const worker = new Worker(new URL(bootstrap));
    worker.on("error", (error) => onError(error as Error));
    return worker;
  });
  starting.catch(onError);
  return {
    postMessage(message, transfers = []) {
      starting.then((worker) => {
        if (worker === null) return drop(message, transfers);
        worker.postMessage(message, transfers as unknown as ArrayBuffer[]);
      }, () => {}).catch(onError);
    },
    async terminate() {
      ended = true;
      await (await starting)?.terminate();
    },
  };
}

/** Lets a message go as a thread does that ends before it has taken it: so do the ports that wait in a port of it. */
function drop(message: unknown, transfers: MessagePort[]): void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(message, transfers);
  port1.close();
}
