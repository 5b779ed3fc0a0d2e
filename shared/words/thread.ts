import { ownLife } from "../../channels/thread/life.ts";
import { threadNumber } from "../../channels/thread/number.ts";

// Held before this thread can acquire anything, so that those who wait for what it holds can notice its end.
void ownLife();

/** What a word in shared memory calls this thread; never 0. */
export const ownThread: number = threadNumber;
