import { ownLife, threadNumber } from "../../channels/thread/life.ts";

// Held before this thread can acquire anything: whoever waits for what it holds can notice its end.
void ownLife();

/** What a word in shared memory calls this thread; never 0. */
export const ownThread: number = threadNumber;

/** The main thread, whose end nobody outlives. */
export const MAIN_THREAD = 1;
