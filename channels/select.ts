import { isSelectable, SELECT, type Selectable, type Selection } from "./vocabulary/selectable.ts";
import { shown } from "./vocabulary/checks.ts";
import { OwnWait } from "./waits/wait.ts";
import { checkWait, isTimeout, limitWait } from "./waits/limits.ts";
import type { WaitOptions } from "./vocabulary/wait_options.ts";

/**
 * Waits until at least one of some sources is ready, and takes nothing from it.
 *
 * A queue or pipe end is ready when a receive would not wait: it holds an item, or its end was reached. An
 * `ActorRef` is ready when its actor has ended. An item of a queue may be gone when you come for it, if there are
 * other receivers: use `tryReceive()`.
 *
 * @example Read from whichever pipe has something
 * ```ts
 * import { pipe, select } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const [quiet, other] = pipe.oneWay<string>();
 * const [busy, receiver] = pipe.oneWay<string>();
 * await busy.send("here");
 * assertEquals(await select([other, receiver]), [receiver]);
 * assertEquals(await select([other], { timeoutMs: 0 }), []);
 * for (const end of [quiet, other, busy, receiver]) end.close();
 * ```
 *
 * @param sources Queues, pipe ends and actor references.
 * @param options `timeoutMs: 0` looks once.
 * @returns The sources that are ready, in the order given; none after `timeoutMs`, or when there are no sources.
 * @throws {TypeError} when a source cannot be waited for.
 * @throws {DOMException} the signal's reason.
 */
export async function select<S extends object>(
  sources: readonly S[],
  options: WaitOptions = {},
): Promise<S[]> {
  checkWait("select", options);
  if (!Array.isArray(sources)) {
    throw new TypeError(
      `Cannot select: sources must be an array of queues, pipe ends and references, ` +
        `received ${shown(sources)}`,
    );
  }
  const selections = sources.map(selectionOf);
  if (sources.length > 0 && options.timeoutMs !== 0) await untilOneIsReady(selections, options);
  const ready = await Promise.all(selections.map((each) => each.isReady()));
  return sources.filter((_, index) => ready[index]);
}

function selectionOf(source: object, index: number): Selection {
  if (isSelectable(source)) return (source as Selectable)[SELECT]();
  throw new TypeError(
    `Cannot select: sources[${index}] is not a Queue, a PipeEnd or an ActorRef`,
  );
}

async function untilOneIsReady(selections: Selection[], options: WaitOptions): Promise<void> {
  const wait = new OwnWait<boolean>("select", "nothing ready", null);
  const cancels: (() => void)[] = [];
  try {
    for (const each of selections) cancels.push(each.whenReady(() => wait.resolve(true)));
    limitWait(wait, options);
    await wait.promise;
  } catch (error) {
    // The time being over is an answer here.
    if (options.signal?.aborted || !isTimeout(error)) throw error;
  } finally {
    for (const cancel of cancels) cancel();
  }
}
