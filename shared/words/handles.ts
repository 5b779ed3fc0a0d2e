import { checkCame } from "../../channels/vocabulary/malformed.ts";
import {
  type HandleOutlet,
  type HandleToken,
  registerHandle,
} from "../../channels/message/handle.ts";
import { madeOver } from "./memory.ts";

/** Brings something shared back from what its token holds. */
type Reviver = (data: readonly unknown[], attachment: (index: number) => unknown) => unknown;

const revivers = new Map<string, Reviver>();

// A thread that has never loaded this folder loads all of it when the first handle arrives.
const module = new URL("../mod.ts", import.meta.url).href;

/** Registers how handles with this tag are brought back. */
export function registerShared(tag: string, revive: Reviver): void {
  revivers.set(tag, revive);
  registerHandle(tag, revive, module);
}

/** The memory that came with a handle. */
export function memoryIn(memory: unknown): SharedArrayBuffer {
  checkCame(memory instanceof SharedArrayBuffer, "memory");
  return memory;
}

/** Registers a kind of handle that is brought back by making an object, without arguments, over the same words. */
export function registerWords(tag: string, make: () => unknown): void {
  registerShared(tag, ([index, byteOffset], attachment) => {
    const buffer = memoryIn(attachment(index as number));
    return madeOver({ buffer, byteOffset: byteOffset as number }, make);
  });
}

/** The token of something that is made again over the same words. */
export function wordsToken(
  tag: string,
  { buffer, byteOffset }: Int32Array<SharedArrayBuffer>,
  outlet: HandleOutlet,
): HandleToken {
  return [tag, outlet.attach(buffer), byteOffset];
}

/** Brings back something that is part of another token. */
export function reviveShared(
  [tag, ...data]: HandleToken,
  attachment: (index: number) => unknown,
): unknown {
  const revive = revivers.get(tag);
  if (revive === undefined) throw new TypeError(`Cannot receive handle: unknown kind "${tag}"`);
  return revive(data, attachment);
}
