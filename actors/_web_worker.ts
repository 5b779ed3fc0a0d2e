/**
 * The module that a Web Worker of a system runs.
 *
 * @module
 */
import { startWorker } from "./_worker_main.ts";
import type { WorkerInit } from "./_worker_process.ts";

// The types know `globalThis` as that of a window.
const scope = globalThis as unknown as EventTarget & { close(): void };

scope.addEventListener("message", (event) => {
  const close = scope.close.bind(scope);
  startWorker((event as MessageEvent<WorkerInit>).data, {
    onUncaught(callback) {
      scope.addEventListener("error", (event) => {
        event.preventDefault();
        callback((event as ErrorEvent).error);
      });
      scope.addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        callback((event as PromiseRejectionEvent).reason);
      });
    },
    exit: close,
  });
}, { once: true });
