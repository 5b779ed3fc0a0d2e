/**
 * Memory that threads share: locks and conditions, for what messages are too slow for.
 *
 * @module
 */
export type { ReceiveResult } from "../channels/queue.ts";
export type { WaitOptions } from "../channels/wait_options.ts";
export * from "./barrier.ts";
export * from "./condition.ts";
export * from "./element_type.ts";
export * from "./errors.ts";
export * from "./lock.ts";
export * from "./mutex.ts";
export * from "./recursive_mutex.ts";
export * from "./rw_lock.ts";
export * from "./semaphore.ts";
export * from "./shared_array.ts";
export * from "./shared_event.ts";
export * from "./shared_list.ts";
export * from "./shared_memory.ts";
export * from "./shared_queue.ts";
export * from "./shared_struct.ts";
export * from "./shared_value.ts";
