import type { PipeCore } from "./_core.ts";
import { asIteration } from "../vocabulary/receive_result.ts";
import { untilSent } from "../waits/unsent.ts";

// Number of chunks sent ahead of what was received: enough to hide the way there and back.
const AHEAD = 16;

/** The items of an end as a stream; `use` throws when the end is not here any more. */
export function readableFrom<R>(use: () => PipeCore): ReadableStream<R> {
  let isCancelled = false;
  return new ReadableStream<R>({
    async pull(controller) {
      const { done, value } = await use().receiving.receive(asIteration, {});
      if (isCancelled) return;
      if (done) controller.close();
      else controller.enqueue(value as R);
    },
    cancel() {
      isCancelled = true;
      use().stop();
    },
  }, { highWaterMark: 0 });
}

/** A stream that sends its chunks by way of an end. */
export function writableTo<S>(use: () => PipeCore): WritableStream<S> {
  return new WritableStream<S>({
    write: (chunk) => untilSent(sendAhead(use, chunk)),
    close: () => use().finish(),
    abort: () => use().finish(),
  });
}

async function sendAhead(use: () => PipeCore, chunk: unknown): Promise<void> {
  use().count();
  await use().sending.send(chunk, {});
  await use().sending.belowInFlight(AHEAD);
}
