/**
 * Four workers share the jobs of one queue and put the answers into another one; each job is done by
 * whoever is free. They end when the queue of jobs is closed and empty.
 *
 *     deno task example:task_queue
 *
 * prints thirty answers, in any order, and the last line:
 *
 *     Worker 1 says that 0 * 7 = 0
 *     Worker 3 says that 1 * 7 = 7
 *     ...
 *     Worker 2 says that 9 + 8 = 17
 *     All 4 workers have ended
 *
 * @module
 */
import { ActorSystem, Queue } from "@troupe/actors";
import { type Job, work } from "./worker.ts";

const NAMES = ["Worker 1", "Worker 2", "Worker 3", "Worker 4"];

await using system = new ActorSystem({ workers: NAMES.length });
using jobs = new Queue<Job>();
using answers = new Queue<string>();

const workers = NAMES.map((name) => system.run(work, name, jobs, answers));
const ended = Promise.all(workers).finally(() => answers.close());

for (let n = 0; n < 20; n++) await jobs.send([n, "*", 7]);
for (let n = 0; n < 10; n++) await jobs.send([n, "+", 8]);
jobs.close();

for await (const answer of answers) console.log(answer);
await ended;
console.log(`All ${NAMES.length} workers have ended`);
