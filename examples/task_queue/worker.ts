import { type Queue, task } from "@troupe/actors";

/** What to compute. */
export type Job = [a: number, operator: "*" | "+", b: number];

/** Computes jobs until there are no more. */
export const work = task(
  import.meta,
  async (name: string, jobs: Queue<Job>, answers: Queue<string>) => {
    for await (const [a, operator, b] of jobs) {
      const result = operator === "*" ? a * b : a + b;
      await answers.send(`${name} says that ${a} ${operator} ${b} = ${result}`);
    }
  },
);
