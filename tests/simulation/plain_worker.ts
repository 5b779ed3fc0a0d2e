/**
 * Workers that no system has started: threads that only use channels.
 *
 * @module
 */
import { simulation } from "./simulated.ts";

/** What comes in a message. */
type Incoming = Pick<MessageEvent, "data">;

/** A plain worker, as its owner has it. */
export interface PlainWorker {
  onmessage: ((event: Incoming) => void) | null;
  onerror: ((event: Pick<Event, "preventDefault">) => void) | null;
  postMessage(message: unknown, transfers: Transferable[]): void;
  terminate(): void;
}

/** What the module of a plain worker has of its thread. */
export interface PlainScope {
  onmessage: ((event: Incoming) => void) | null;
  postMessage(message: unknown, transfers: Transferable[]): void;
}

/**
 * Starts a plain worker; a simulated one within a simulation.
 *
 * @param module What it runs.
 * @param serve What the module does first.
 */
export function startPlainWorker(
  module: URL | string,
  serve: (scope: PlainScope) => void,
): PlainWorker {
  const world = simulation();
  if (world === null) return new Worker(module, { type: "module" }) as PlainWorker;
  const owner = world.current;
  const started = world.startThread({
    name: "plain worker",
    onError: () => worker.onerror?.({ preventDefault() {} }),
  }, ({ nextMessage }) => {
    const stream = {};
    const scope: PlainScope = {
      onmessage: null,
      postMessage(message, transfers) {
        const data = world.ports.copyFor(owner, message, transfers);
        const run = () => worker.onmessage?.({ data });
        owner.expect({ what: "message from a plain worker", data, run, stream });
      },
    };
    const listen = () =>
      nextMessage((data) => {
        listen();
        scope.onmessage?.({ data });
      });
    listen();
    serve(scope);
  });
  const worker: PlainWorker = {
    onmessage: null,
    onerror: null,
    postMessage: (message, transfers) => started.postMessage(message, transfers as MessagePort[]),
    terminate: () => void started.terminate(),
  };
  return worker;
}
