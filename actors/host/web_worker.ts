/**
 * The module that a Web Worker of a system runs.
 *
 * @module
 */
import { onUncaught } from "./_uncaught.ts";
import { serveWorker } from "./worker_main.ts";

// The types know `globalThis` as that of a window.
const scope = globalThis as unknown as EventTarget & { close(): void };

serveWorker({
  nextMessage(callback) {
    scope.addEventListener("message", (event) => callback((event as MessageEvent).data), {
      once: true,
    });
  },
  onUncaught,
  // As it is now, before others put something in its place.
  exit: scope.close.bind(scope),
});
