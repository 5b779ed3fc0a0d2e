import { OwnWait } from "../../channels/waits/wait.ts";
import { checkWait, limitWait } from "../../channels/waits/limits.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { type Block, createBlock, findBlock, ownBlock, unlinkBlock } from "./_block_office.ts";
import { shown } from "../data/elements.ts";
import { isNameTaken } from "./_name_lock.ts";

/** One handle on a block that has a name. */
export class NamedBlock {
  readonly name: string;
  readonly id: string;
  readonly #buffer: SharedArrayBuffer;
  /** What it is for the user. */
  readonly #what: string;
  readonly #isCreator: boolean;
  isClosed = false;

  constructor(what: string, name: string, block: Block, isCreator: boolean) {
    this.#what = what;
    this.name = name;
    this.id = block.id;
    this.#buffer = block.buffer;
    this.#isCreator = isCreator;
  }

  /** @throws {Error} when the handle is closed. */
  buffer(doing: string): SharedArrayBuffer {
    if (!this.isClosed) return this.#buffer;
    throw new Error(`Cannot ${doing} ${this.#what} ${JSON.stringify(this.name)}: it is closed`);
  }

  /** Frees the name; resolves when that is done. */
  unlink(): Promise<void> {
    return unlinkBlock(this.name, this.id);
  }

  /** Closes the handle; the creator's unlinks the block. */
  dispose(): Promise<void> {
    this.isClosed = true;
    return this.#isCreator ? this.unlink() : Promise.resolve();
  }
}

/**
 * Gives memory a name.
 *
 * @throws {Deno.errors.AlreadyExists} when the name is taken.
 */
export async function createNamed(
  what: string,
  name: string,
  buffer: SharedArrayBuffer,
): Promise<NamedBlock> {
  const block = await createBlock(name, buffer);
  if (block !== null) return new NamedBlock(what, name, block, true);
  throw new Deno.errors.AlreadyExists(
    `Cannot create ${what}: there is a block named ${JSON.stringify(name)}`,
  );
}

/**
 * Finds memory by its name.
 *
 * @throws {Deno.errors.NotFound} when there is none.
 */
export async function attachNamed(
  what: string,
  name: string,
  options: WaitOptions,
): Promise<NamedBlock> {
  checkName("attach", what, name);
  const doing = `attach ${what} ${JSON.stringify(name)}`;
  checkWait(doing, options);
  const block = ownBlock(name) ?? await find(name, doing, options);
  if (block !== null) return new NamedBlock(what, name, block, false);
  throw new Deno.errors.NotFound(`Cannot ${doing}: there is no such block`);
}

async function find(name: string, doing: string, options: WaitOptions): Promise<Block | null> {
  if (!await isNameTaken(name)) return null;
  if (options.timeoutMs === 0) {
    throw new DOMException(`Cannot ${doing}: no answer within 0 ms`, "TimeoutError");
  }
  const wait = new OwnWait<Block | null>(doing, "no answer", null);
  const end = findBlock(name, (block) => wait.resolve(block));
  limitWait(wait, options);
  try {
    return await wait.promise;
  } finally {
    await end();
  }
}

/** @throws {TypeError} when it cannot be the name of a block. */
export function checkName(doing: string, what: string, name: string): void {
  if (typeof name === "string" && name !== "") return;
  throw new TypeError(
    `Cannot ${doing} ${what}: name must be text that is not empty, received ${shown(name)}`,
  );
}
