import { lifeOf } from "../../channels/thread/life.ts";
import { locks } from "../../channels/thread/locks.ts";
import { MAIN_THREAD } from "../../channels/thread/number.ts";
import { ownThread } from "./thread.ts";
import type { Waiting } from "./waiting.ts";

/**
 * A wait that took longer, in milliseconds, has a reason to ask whether the threads still live that it waited for.
 */
export const SLOW_MS = 10;

/** The threads whose end a wait may have to notice: not the main thread, which nobody outlives, nor this one. */
export function mortals(threads: readonly number[]): number[] {
  return threads.filter((thread) => thread !== ownThread && thread !== MAIN_THREAD && thread !== 0);
}

/**
 * Asks once, as soon as this thread does other things, whether those have ended for whom a wait waited, and frees what
 * they held. For waits that are over: the next one would meet the same, and may be too short to notice.
 */
export function lookOnce(waiting: Waiting): void {
  for (const thread of mortals(waiting.suspects())) {
    // Shared: this thread may be blocked when it is granted the lock, and must not keep others from learning of the end.
    const options = { mode: "shared", ifAvailable: true } as const;
    void locks.request(lifeOf(thread), options, (lock) => {
      if (lock !== null) waiting.bury(thread);
    });
  }
}
