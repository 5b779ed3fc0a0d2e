/**
 * A worker sends a million characters and ends before anybody reads them: they wait where the
 * queue was made, so it makes no difference whether one joins or reads first.
 *
 *     deno task example:large_item
 *
 * prints
 *
 *     The worker has ended
 *     Received 1000000 characters, as sent: true
 *
 * @module
 */
import { ActorSystem, Queue, task } from "@troupe/actors";

const makeText = () => "X".repeat(1_000_000);

/** Has a worker of its own, which ends with it. */
const sendText = task(import.meta, async (texts: Queue<string>) => {
  await texts.send(makeText());
}).with({ on: "own" });

if (import.meta.main) {
  await using system = new ActorSystem();
  using texts = new Queue<string>();

  await system.run(sendText, texts);
  console.log("The worker has ended");

  const text = await texts.receive();
  console.log(`Received ${text.length} characters, as sent: ${text === makeText()}`);
}
