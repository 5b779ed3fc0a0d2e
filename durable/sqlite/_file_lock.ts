import { StoreInUseError } from "../../actors/vocabulary/store_errors.ts";

/** How often a lock that is held is tried again. */
const TRY_MS = 20;
/** How long a thread that was terminated in the midst of a commit may take to end. */
const OWN_MS = 5_000;
/** And one that was idle, some milliseconds after its end was ordered. */
const PROCESS_MS = 500;

/** Who wants the file, and for how long it waits. */
export interface FileLockOptions {
  readonly file: string;
  /** What errors call it. */
  readonly name: string;
  readonly waitMs: number;
  /** The same after the thread of the store was lost. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

/**
 * Makes the file one's own: a lock of the operating system on a file beside it, which ends with the process, however that
 * ends. The file itself is not locked, so that others may read it.
 *
 * The locked file says who has it: the number of the process, and the name of the owner. A thread that was terminated
 * while SQLite waits for the disk keeps what it has open until then; who takes its place waits for that.
 *
 * @throws {StoreInUseError} when another one has it for too long.
 */
export async function lockFile(options: FileLockOptions): Promise<Disposable> {
  const { file, name, waitMs, owner, signal } = options;
  const path = `${file}-lock`;
  const handle = openFile(path);
  try {
    const start = performance.now();
    while (!handle.tryLockSync(true)) {
      signal.throwIfAborted();
      const waited = performance.now() - start;
      if (waited >= Math.max(waitMs, patience(path, owner))) {
        throw new StoreInUseError(name, waitMs);
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
    handle.truncateSync();
    handle.writeSync(new TextEncoder().encode(`${Deno.pid} ${owner}\n`));
  } catch (error) {
    handle.close();
    throw error;
  }
  return { [Symbol.dispose]: () => handle.close() };
}

// Not async: virtual time does not wait for files.
function openFile(path: string): Deno.FsFile {
  return Deno.openSync(path, { read: true, write: true, create: true });
}

/** How long to wait for whoever has it, besides what the user wants. */
function patience(path: string, owner: string): number {
  const [pid, holder] = holderOf(path).trim().split(" ");
  if (holder === owner) return OWN_MS;
  return pid === String(Deno.pid) ? PROCESS_MS : 0;
}

function holderOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // Where a locked file cannot be read nobody knows who has it.
    return "";
  }
}
