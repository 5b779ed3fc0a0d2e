/**
 * The module that a `node:worker_threads` thread of a system runs.
 *
 * @module
 */
import process from "node:process";
import { parentPort } from "node:worker_threads";
import { startWorker } from "./worker_main.ts";
import type { WorkerInit } from "../hosts/launcher.ts";

// What a Web Worker's code may expect, so that actors need not know where they run.
Object.assign(globalThis, { self: globalThis, close: () => process.exit() });

parentPort!.once("message", async (init: WorkerInit) => {
  const leave = await startWorker(init, () => process.exit());
  parentPort!.once("message", leave);
});
