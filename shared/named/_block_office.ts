import { ThreadSlot } from "../../channels/thread/thread.ts";
import type { BlockMessage } from "./_protocol.ts";
import { isNameTaken, type ReleaseName, takeName, watchName } from "./_name_lock.ts";
import { closeChannel, openChannel } from "./_thread_channel.ts";

/** A named block, in any thread that knows it. */
export interface Block {
  /** Tells it from a later block of the same name. */
  readonly id: string;
  readonly buffer: SharedArrayBuffer;
}

interface OwnBlock extends Block {
  readonly name: string;
  readonly release: ReleaseName;
}

/** What one thread has and asks for. */
class Office {
  /** The blocks whose home is this thread, by name. */
  readonly blocks = new Map<string, OwnBlock>();
  /** Names that this thread is letting go of. */
  readonly freeing = new Map<string, Promise<void>>();
  /** What this thread has asked for. */
  readonly requests = new Map<string, (message: BlockMessage) => void>();
  channel: BroadcastChannel | null = null;
  opening: Promise<void> | null = null;
  /** How many blocks and questions need the channel. */
  users = 0;
}

const office = new ThreadSlot(() => new Office());

/**
 * Makes a block whose home is this thread: only it answers those who ask for the name. Gives `null` when the name is
 * taken.
 *
 * The name is a Web Lock that the thread holds, so that two threads cannot both have it, and it is free when the
 * thread has ended.
 */
export async function createBlock(name: string, buffer: SharedArrayBuffer): Promise<Block | null> {
  await office.here.freeing.get(name);
  // Before the name: a question that comes when the name is taken must be heard.
  await open();
  const release = await takeName(name);
  if (release === null) {
    close();
    return null;
  }
  const block = { id: crypto.randomUUID(), name, buffer, release };
  office.here.blocks.set(name, block);
  return block;
}

/** The block of this name if its home is this thread. */
export function ownBlock(name: string): Block | undefined {
  return office.here.blocks.get(name);
}

/**
 * Asks for the block of a name.
 *
 * @param onFound Called with the block, or with `null` when there is none, or no longer.
 * @returns Takes the question back; has to be called after the answer too.
 */
export function findBlock(
  name: string,
  onFound: (block: Block | null) => void,
): () => Promise<void> {
  const asking = ask((request) => ({ kind: "find", name, request }), (message) => {
    if (message.kind === "found") onFound({ id: message.id, buffer: message.buffer });
  });
  // The home may end, or unlink the block, before it answers.
  const unwatch = watchName(name, () => onFound(null));
  return () => {
    asking();
    return unwatch();
  };
}

/** Frees the name of a block. Resolves when it is free, also if it was before. */
export async function unlinkBlock(name: string, id: string): Promise<void> {
  const own = office.here.blocks.get(name);
  // Another block may have got the name since.
  if (own !== undefined) return own.id === id ? await free(own) : undefined;
  if (office.here.freeing.has(name) || !await isNameTaken(name)) {
    return await office.here.freeing.get(name);
  }
  const { promise: unlinked, resolve } = Promise.withResolvers<void>();
  const asking = ask((request) => ({ kind: "unlink", name, id, request }), () => resolve());
  const unwatch = watchName(name, resolve);
  await unlinked;
  asking();
  await unwatch();
}

async function free(block: OwnBlock): Promise<void> {
  const { name } = block;
  office.here.blocks.delete(name);
  const freed = block.release();
  office.here.freeing.set(name, freed);
  close();
  await freed;
  if (office.here.freeing.get(name) === freed) office.here.freeing.delete(name);
}

/** Posts a question; `onAnswer` hears every answer until the returned function is called. */
function ask(
  question: (request: string) => BlockMessage,
  onAnswer: (message: BlockMessage) => void,
): () => void {
  const request = crypto.randomUUID();
  office.here.requests.set(request, onAnswer);
  void open().then(() => {
    if (office.here.requests.has(request)) post(question(request));
  });
  return () => {
    office.here.requests.delete(request);
    close();
  };
}

function post(message: BlockMessage): void {
  office.here.channel!.postMessage(message);
}

function open(): Promise<void> {
  const mine = office.here;
  mine.users++;
  if (mine.channel !== null) return Promise.resolve();
  return mine.opening ??= openChannel("troupe:shared-memory").then((opened) => {
    mine.opening = null;
    if (mine.users === 0) return closeChannel(opened);
    mine.channel = opened;
    opened.onmessage = ({ data }) => hear(data);
  });
}

/** Closes the channel when nobody needs it any more. */
function close(): void {
  const mine = office.here;
  if (--mine.users > 0 || mine.channel === null) return;
  closeChannel(mine.channel);
  mine.channel = null;
}

function hear(message: BlockMessage): void {
  switch (message.kind) {
    case "find": {
      const block = office.here.blocks.get(message.name);
      if (block === undefined) return;
      const { id, buffer } = block;
      return post({ kind: "found", request: message.request, id, buffer });
    }
    case "unlink": {
      const block = office.here.blocks.get(message.name);
      if (block !== undefined) void unlinkFor(block, message.id, message.request);
      return;
    }
    case "found":
    case "unlinked":
      office.here.requests.get(message.request)?.(message);
  }
}

async function unlinkFor(block: OwnBlock, id: string, request: string): Promise<void> {
  // Another block may have got the name since.
  if (block.id === id) await free(block);
  // The channel is closed with the last block; the other thread sees the name become free as well.
  if (office.here.channel !== null) post({ kind: "unlinked", request });
}
