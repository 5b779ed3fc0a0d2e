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

/** The blocks whose home is this thread, by name. */
const blocks = new Map<string, OwnBlock>();
/** Names that this thread is letting go of. */
const freeing = new Map<string, Promise<void>>();
/** What this thread has asked for. */
const requests = new Map<string, (message: BlockMessage) => void>();

let channel: BroadcastChannel | null = null;
let opening: Promise<void> | null = null;
/** How many blocks and questions need the channel. */
let users = 0;

/**
 * Makes a block whose home is this thread: only it answers those who ask for the name. Gives `null` when the name is
 * taken.
 *
 * The name is a Web Lock that the thread holds, so that two threads cannot both have it, and it is free when the
 * thread has ended.
 */
export async function createBlock(name: string, buffer: SharedArrayBuffer): Promise<Block | null> {
  await freeing.get(name);
  // Before the name: a question that comes when the name is taken must be heard.
  await open();
  const release = await takeName(name);
  if (release === null) {
    close();
    return null;
  }
  const block = { id: crypto.randomUUID(), name, buffer, release };
  blocks.set(name, block);
  return block;
}

/** The block of this name if its home is this thread. */
export function ownBlock(name: string): Block | undefined {
  return blocks.get(name);
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
  const own = blocks.get(name);
  // Another block may have got the name since.
  if (own !== undefined) return own.id === id ? await free(own) : undefined;
  if (freeing.has(name) || !await isNameTaken(name)) return await freeing.get(name);
  const { promise: unlinked, resolve } = Promise.withResolvers<void>();
  const asking = ask((request) => ({ kind: "unlink", name, id, request }), () => resolve());
  const unwatch = watchName(name, resolve);
  await unlinked;
  asking();
  await unwatch();
}

async function free(block: OwnBlock): Promise<void> {
  const { name } = block;
  blocks.delete(name);
  const freed = block.release();
  freeing.set(name, freed);
  close();
  await freed;
  if (freeing.get(name) === freed) freeing.delete(name);
}

/** Posts a question; `onAnswer` hears every answer until the returned function is called. */
function ask(
  question: (request: string) => BlockMessage,
  onAnswer: (message: BlockMessage) => void,
): () => void {
  const request = crypto.randomUUID();
  requests.set(request, onAnswer);
  void open().then(() => {
    if (requests.has(request)) post(question(request));
  });
  return () => {
    requests.delete(request);
    close();
  };
}

function post(message: BlockMessage): void {
  channel!.postMessage(message);
}

function open(): Promise<void> {
  users++;
  if (channel !== null) return Promise.resolve();
  return opening ??= openChannel("troupe:shared-memory").then((opened) => {
    opening = null;
    if (users === 0) return closeChannel(opened);
    channel = opened;
    channel.onmessage = ({ data }) => hear(data);
  });
}

/** Closes the channel when nobody needs it any more. */
function close(): void {
  if (--users > 0 || channel === null) return;
  closeChannel(channel);
  channel = null;
}

function hear(message: BlockMessage): void {
  switch (message.kind) {
    case "find": {
      const block = blocks.get(message.name);
      if (block === undefined) return;
      const { id, buffer } = block;
      return post({ kind: "found", request: message.request, id, buffer });
    }
    case "unlink": {
      const block = blocks.get(message.name);
      if (block !== undefined) void unlinkFor(block, message.id, message.request);
      return;
    }
    case "found":
    case "unlinked":
      requests.get(message.request)?.(message);
  }
}

async function unlinkFor(block: OwnBlock, id: string, request: string): Promise<void> {
  // Another block may have got the name since.
  if (block.id === id) await free(block);
  // The channel is closed with the last block; the other thread sees the name become free as well.
  if (channel !== null) post({ kind: "unlinked", request });
}
