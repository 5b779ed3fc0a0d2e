/**
 * The module that a Web Worker of a system runs.
 *
 * @module
 */
import { startWorker } from "./worker_main.ts";
import type { WorkerInit } from "../hosts/launcher.ts";

// The types know `globalThis` as that of a window.
const scope = globalThis as unknown as EventTarget & { close(): void };

scope.addEventListener("message", async (event) => {
  const init = (event as MessageEvent<WorkerInit>).data;
  const leave = await startWorker(init, scope.close.bind(scope));
  scope.addEventListener("message", leave, { once: true });
}, { once: true });
