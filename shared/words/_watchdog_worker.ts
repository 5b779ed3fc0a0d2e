/**
 * The worker of a `Watchdog`: waits for the ends of threads while the thread that started it is blocked.
 *
 * @module
 */
import { locks } from "../../channels/thread/locks.ts";

/** Asks to be told by a word in memory when a thread has ended. */
interface Order {
  /** Name of the lock that the thread holds while it lives. */
  readonly life: string;
  /** Where to write 1. */
  readonly verdicts: Int32Array;
  /** Index of the word. */
  readonly place: number;
}

// The types take `globalThis` for a window.
const scope = globalThis as unknown as { onmessage: (event: MessageEvent<Order>) => void };

scope.onmessage = ({ data: { life, verdicts, place } }) => {
  // Shared, because a blocked thread may have been granted it for a watch of its own, and cannot give it back.
  void locks.request(life, { mode: "shared" }, () => {
    Atomics.store(verdicts, place, 1);
    Atomics.notify(verdicts, place);
  });
};
