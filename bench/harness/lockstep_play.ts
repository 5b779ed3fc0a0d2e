/**
 * Stands in for `play.ts` while two checkouts are compared: the same rounds, but each turn waits until `bench:compare`
 * says that it is this checkout's. Only Troupe plays.
 *
 * @module
 */
import { type Answer, lineOf, linesOf, type Step } from "./lockstep.ts";
import type { Outcome, Result, Workload } from "./workload.ts";

const answers = linesOf(Deno.stdin.readable);

/** Plays a workload turn by turn, as far as the one who compares wants it. */
export async function play({ title, measures, players, rounds = 9 }: Workload): Promise<Result> {
  const own = players.filter(({ role }) => role === "troupe");
  const names = own.map(({ name }) => name);
  const coming = { kind: "workload", title, measures, players: names, rounds } as const;
  const answer: Answer = JSON.parse(await say(coming));
  const outcomes: Outcome[] = [];
  for (let round = -1; !answer.isLeftOut && round < answer.rounds; round++) {
    for (const player of own) {
      await say({ kind: "ready" });
      const figures = await player.run();
      console.log(lineOf({ kind: "played", figures }));
    }
  }
  return { title, measures, outcomes };
}

/** Says a step, and resolves to the answer. */
async function say(step: Step): Promise<string> {
  console.log(lineOf(step));
  const { value } = await answers.next();
  // The one who compares is gone: nobody wants the rest.
  return value ?? Deno.exit(1);
}
