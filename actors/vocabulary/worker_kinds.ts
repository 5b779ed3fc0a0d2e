import type { WorkerKind } from "./options.ts";

/** All kinds of workers. */
export const WORKER_KINDS: readonly WorkerKind[] = ["web", "thread"];
