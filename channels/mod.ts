/**
 * How messages move between threads: what is copied, moved or refused, and the errors that come back.
 *
 * Plain data, dates, maps, sets, typed arrays, errors and cycles arrive as copies, like with structured clone.
 * {@linkcode transfer} moves buffers instead; {@linkcode registerClass} lets instances of a class cross. All else
 * (functions, symbols, unregistered class instances) is refused by path before anything is sent.
 *
 * @example Register a class
 * ```ts
 * import { registerClass } from "@troupe/actors/channels";
 *
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 * }
 * registerClass(Point, {
 *   name: "Point",
 *   encode: ({ x, y }) => ({ x, y }),
 *   decode: ({ x, y }) => new Point(x, y),
 * });
 * ```
 *
 * @module
 */
export * from "./vocabulary/errors.ts";
export * from "./packing/pack.ts";
export type { Packed, PackedMessage } from "./packing/packed.ts";
export * from "./pipe/byte_options.ts";
export * from "./pipe/pipe.ts";
export * from "./pipe/pipe_end.ts";
export * from "./queue/queue.ts";
export type { ClassCodec } from "./message/class_codec.ts";
export { registerClass } from "./message/register_class.ts";
export * from "./select.ts";
export { transfer } from "./packing/transfer.ts";
export * from "./vocabulary/wait_options.ts";
