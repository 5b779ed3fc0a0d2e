import { thread } from "../../channels/thread/thread.ts";
import type { Settings } from "../vocabulary/settings.ts";
import type { FarEnd } from "../messaging/lines.ts";
import type { WorkerKind } from "../vocabulary/options.ts";

/** What a worker is told when it starts. */
export interface WorkerInit {
  readonly systemId: string;
  readonly index: number;
  readonly isOwn: boolean;
  /** Number of the first actor to start here. */
  readonly firstSerial: number;
  /** Actors of a lost thread that will start again here, and the hosts that will start them. */
  readonly survivors: ReadonlyMap<number, number>;
  readonly settings: Settings;
  /** Longest time without a heartbeat, in milliseconds. */
  readonly unresponsiveMs: number;
  /** Memory of the heartbeat, when somebody watches it. */
  readonly pulse: SharedArrayBuffer | null;
  /** Its link to host 0. */
  readonly line: FarEnd;
  /** Module of the transport, when the system has one. */
  readonly transportModule: string | null;
}

/** A started worker of either kind. */
export interface WorkerProcess {
  /** Tells the thread to end by itself once it has taken in all that was sent to it. */
  quit(): void;
  /** Ends the thread, as far as its kind can be ended. */
  terminate(): Promise<void>;
}

/** Options for {@linkcode startProcess}. */
export interface ProcessOptions {
  readonly kind: WorkerKind;
  /** Permissions of a Web Worker; all of the program's without. */
  readonly permissions: Deno.PermissionOptions | null;
  /** Called when the thread reports that it failed. */
  readonly onError: (error: Error) => void;
}

/** Starts a worker and hands its part to it. */
export function startProcess(init: WorkerInit, options: ProcessOptions): WorkerProcess {
  return options.kind === "web" ? startWeb(init, options) : startThread(init, options);
}

function startWeb(init: WorkerInit, { permissions, onError }: ProcessOptions): WorkerProcess {
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
}

function startThread(init: WorkerInit, { onError }: ProcessOptions): WorkerProcess {
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
}
