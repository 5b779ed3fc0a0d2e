import { ownLife } from "../../channels/thread/life.ts";
import { threadNumber } from "../../channels/thread/number.ts";

// Held before this thread can acquire anything, so that those who wait for what it holds can notice its end.
void ownLife();

/**
 * What a word in shared memory calls this thread; never 0.
 *
 * That of the real thread, a constant, also where a simulation has several threads in one: it is in every change of a
 * lock's word, a thread that blocks would block all that are simulated beside it, and models check these words in
 * every order already (`tests/shared/*_model_test.ts`).
 */
export const ownThread: number = threadNumber;
