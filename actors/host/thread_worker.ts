/**
 * The module that a `node:worker_threads` thread of a system runs.
 *
 * @module
 */
import process from "node:process";
import { parentPort } from "node:worker_threads";
import { onUncaught } from "./_uncaught.ts";
import { serveWorker } from "./worker_main.ts";

// What a Web Worker's code may expect, so that actors need not know where they run.
Object.assign(globalThis, { self: globalThis, close: () => process.exit() });

serveWorker({
  nextMessage: (callback) => void parentPort!.once("message", callback),
  onUncaught,
  exit: () => process.exit(),
});
