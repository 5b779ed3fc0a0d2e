/**
 * Each worker gets its input and the queue for its result, and main reads the results in the order
 * in which they come.
 *
 *     deno task example:as_they_come
 *
 * prints, in any order:
 *
 *     "to be" has 2 words
 *     "or not to be" has 4 words
 *     "that is the question" has 4 words
 *
 * @module
 */
import { ActorSystem, Queue, task } from "@troupe/actors";

const countWords = task(import.meta, async (text: string, results: Queue<string>) => {
  await results.send(`"${text}" has ${text.split(" ").length} words`);
});

if (import.meta.main) {
  const texts = ["to be", "or not to be", "that is the question"];
  await using system = new ActorSystem({ workers: texts.length });
  using results = new Queue<string>();

  const counting = texts.map((text) => system.run(countWords, text, results));
  for (const _ of texts) console.log(await results.receive());
  await Promise.all(counting);
}
