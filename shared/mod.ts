/**
 * Memory that threads share: locks and conditions, for what messages are too slow for.
 *
 * @module
 */
export type { ReceiveResult } from "../channels/queue/queue.ts";
export type { WaitOptions } from "../channels/vocabulary/wait_options.ts";
export * from "./locks/barrier.ts";
export * from "./locks/condition.ts";
export * from "./vocabulary/blocking_wait_options.ts";
export * from "./vocabulary/element_type.ts";
export * from "./vocabulary/errors.ts";
export * from "./vocabulary/lock.ts";
export * from "./vocabulary/shared_list_value.ts";
export * from "./locks/mutex.ts";
export * from "./locks/recursive_mutex.ts";
export * from "./locks/rw_lock.ts";
export * from "./locks/semaphore.ts";
export * from "./data/shared_array.ts";
export * from "./locks/shared_event.ts";
export * from "./named/shared_list.ts";
export * from "./named/shared_memory.ts";
export * from "./transport/shared_memory_transport.ts";
export * from "./queue/shared_queue.ts";
export * from "./data/shared_struct.ts";
export * from "./data/shared_value.ts";
export * from "./managed/managed_barrier.ts";
export * from "./managed/managed_list.ts";
export * from "./managed/managed_lock.ts";
export * from "./managed/managed_map.ts";
export * from "./managed/managed_namespace.ts";
export * from "./managed/managed_queue.ts";
export * from "./managed/managed_set.ts";
export * from "./managed/managed_value.ts";
export * from "./managed/home/manager.ts";
export * from "./managed/sync.ts";
export type { Managed } from "./managed/managed_custom.ts";
export { ManagedObject } from "./managed/managed_object.ts";
