import { Adoption } from "../../channels/vocabulary/adoption.ts";
import { checkCame } from "../../channels/vocabulary/malformed.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { byteLengthOf, checkType, viewOf } from "../data/elements.ts";
import { attachNamed, checkName, createNamed, NamedBlock } from "./_named_block.ts";
import { memoryIn, registerShared } from "../words/handles.ts";
import type { ElementType, ElementViews } from "../vocabulary/element_type.ts";

const adoption = new Adoption<NamedBlock>();

/**
 * A block of bytes that any thread of the program finds by its name alone.
 *
 * - **Home:** the thread that created a block holds its name, and answers those who attach, between its other turns: an
 *   attach has to wait while that thread is busy or blocked. The name is unique in the program and free again after
 *   {@linkcode SharedMemory.unlink}, or when the home thread has ended.
 * - **Life:** the memory itself lives as long as anybody has it. After an unlink, or the end of the home, those who
 *   are attached go on; a new attach finds nothing.
 * - **Disposing** (`using`) what `create` gave closes and unlinks it; what `attach` gave is only closed, which costs
 *   the others nothing.
 * - It can be part of any message too, and arrives attached.
 *
 * A block that the main thread created keeps the program alive until it is unlinked: so does the lock that makes its
 * name unique. There is no lock on the bytes and no order between plain reads and writes: put a lock, or `Atomics`,
 * beside them.
 *
 * @example Two handles on ten bytes
 * ```ts
 * import { SharedMemory } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * using block = await SharedMemory.create("ten bytes", 10);
 * using same = await SharedMemory.attach("ten bytes"); // In any thread.
 * block.view("u8").set([22, 33, 44]);
 * assertEquals(same.view("u8")[1], 33);
 * ```
 */
export class SharedMemory implements Disposable, AsyncDisposable {
  /** The name of the block. */
  readonly name: string;
  /** Bytes of the block. */
  readonly byteLength: number;
  readonly #block: NamedBlock;

  /**
   * Not for use: {@linkcode SharedMemory.create} and {@linkcode SharedMemory.attach} give blocks.
   *
   * @throws {TypeError} always.
   */
  constructor() {
    const block = adoption.take();
    if (block === null) {
      throw new TypeError("Cannot create SharedMemory: use SharedMemory.create() or attach()");
    }
    this.#block = block;
    this.name = block.name;
    this.byteLength = block.buffer("use").byteLength;
  }

  /**
   * Makes a block of zeros whose home is this thread.
   *
   * @param name Any text that is not empty.
   * @param byteLength At least 1.
   * @throws {Deno.errors.AlreadyExists} when there is a block of this name.
   * @throws {RangeError} when the length is not a whole number from 1 on, or there is not so much memory.
   */
  static async create(name: string, byteLength: number): Promise<SharedMemory> {
    checkName("create", "SharedMemory", name);
    checkCount("create SharedMemory", "byteLength", byteLength, 1);
    if (byteLength === undefined) {
      throw new RangeError("Cannot create SharedMemory: byteLength is missing");
    }
    const buffer = new SharedArrayBuffer(byteLength);
    return over(await createNamed("SharedMemory", name, buffer));
  }

  /**
   * Finds the block of a name. Costs about one round trip, and waits while its home thread is busy.
   *
   * @throws {Deno.errors.NotFound} when there is no block of this name, or its home has ended or unlinked it meanwhile.
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   */
  static async attach(name: string, options: WaitOptions = {}): Promise<SharedMemory> {
    return over(await attachNamed("SharedMemory", name, options));
  }

  /**
   * The memory itself. It stays valid when the block is closed, like every view of it.
   *
   * @throws {Error} when this handle is closed.
   */
  get buffer(): SharedArrayBuffer {
    return this.#block.buffer("use");
  }

  /**
   * A typed array over the block, or over a part of it.
   *
   * @param byteOffset A multiple of the type's size.
   * @param length In elements; as many whole ones as there is room for when it is left out.
   * @throws {RangeError} when the part is not within the block, or not aligned.
   * @throws {TypeError} when the type is unknown.
   * @throws {Error} when this handle is closed.
   */
  view<T extends ElementType>(type: T, byteOffset = 0, length?: number): ElementViews[T] {
    const buffer = this.#block.buffer("view");
    const doing = `view SharedMemory ${JSON.stringify(this.name)}`;
    checkType(doing, type);
    checkCount(doing, "byteOffset", byteOffset, 0);
    checkCount(doing, "length", length, 0);
    const size = byteLengthOf(type);
    if (byteOffset % size !== 0) {
      throw new RangeError(
        `Cannot ${doing}: byteOffset must be a multiple of ${size}, received ${byteOffset}`,
      );
    }
    const room = Math.floor((this.byteLength - byteOffset) / size);
    if (room < (length ?? 0)) {
      throw new RangeError(
        `Cannot ${doing}: ${length} elements from byte ${byteOffset} are beyond its ` +
          `${this.byteLength} bytes`,
      );
    }
    return viewOf(type, buffer, byteOffset, length ?? Math.max(room, 0));
  }

  /** This handle is used no more; the block stays, also its name. */
  close(): void {
    this.#block.isClosed = true;
  }

  /**
   * Frees the name, from any thread, also after {@linkcode SharedMemory.close}. Those who are attached go on. Waits
   * while the home thread is busy.
   *
   * @returns Resolves when the name is free; at once when it was unlinked before.
   */
  unlink(): Promise<void> {
    return this.#block.unlink();
  }

  /** Closes the handle; the creator's unlinks the block. */
  [Symbol.dispose](): void {
    // It cannot fail: the name is this thread's own.
    void this.#block.dispose();
  }

  /** The same; resolves when the name is free. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#block.dispose();
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    if (this.#block.isClosed) throw new Error("is a SharedMemory that was closed here");
    return ["shared.memory", this.name, this.#block.id, outlet.attach(this.buffer)];
  }
}

function over(block: NamedBlock): SharedMemory {
  return adoption.with(block, () => new SharedMemory());
}

registerShared("shared.memory", ([name, id, index], attachment) => {
  const buffer = memoryIn(attachment(index as number));
  checkCame(typeof name === "string" && typeof id === "string", "SharedMemory");
  const block = { id, buffer };
  return over(new NamedBlock("SharedMemory", name, block, false));
});
