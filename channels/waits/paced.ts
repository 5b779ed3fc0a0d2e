import { thread, ThreadSlot } from "../thread/thread.ts";

// Most sends without a wait in a row before the thread's events get a turn.
const MAX_RUN = 256;

const READY = Promise.resolve();
const pace = new ThreadSlot(() => ({ run: 0 }));

/**
 * A promise for something that is done already, or has failed.
 *
 * A loop that awaits nothing else would keep its thread from timers and messages, the news that nobody listens any
 * more among them: so now and then the promise takes a turn of the event loop.
 */
export function paced(done: Promise<unknown> = READY): Promise<void> {
  const mine = pace.here;
  if (++mine.run < MAX_RUN) return done as Promise<void>;
  mine.run = 0;
  // If it has failed, the new promise rejects: this one needs no handler.
  done.catch(() => {});
  return new Promise((resolve) =>
    thread().platform.clock.yieldTo(() => resolve(done as Promise<void>))
  );
}
