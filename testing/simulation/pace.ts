import type { Choices, Site } from "./choices.ts";

/** How fast a thread is, and what it takes first of what waits for it. */
export interface Pace {
  /** Milliseconds from its start until it can do something. */
  start(): number;
  /** Milliseconds until a thread that has nothing to do notices that there is something. */
  wake(): number;
  /** Milliseconds that a step takes. */
  step(): number;
  /** Milliseconds from its end until others can hear of it. */
  end(): number;
  /** Which of some that can be next is: a number from 0 up to and without `count`. */
  pick(count: number): number;
  /** From 0 to 1, never 1: for the program. */
  random(): number;
}

/** Gives each thread its pace, by its name and which of that name it is. */
export type Paces = (thread: string) => Pace;

/** Nothing takes any time, and all happens in the order in which it came. */
export function noPace(): Pace {
  // Lehmer's generator: what it gives only has to be the same each time.
  let state = 1;
  return {
    start: () => 0,
    wake: () => 0,
    step: () => 0,
    end: () => 0,
    pick: () => 0,
    random: () => (state = state * 48271 % 0x7fffffff) / 0x7fffffff,
  };
}

/**
 * Paces by a seed, which differ as much as is seen: a machine whose threads are quick or slow altogether, and some
 * threads far slower than others.
 */
export function pacesBy(choices: Choices): Paces {
  const machine = choices.site("machine");
  const wakeMs = machine.scale(0.002, 1);
  const stepMs = machine.scale(0.001, 0.2);
  const startMs = machine.scale(0.5, 50);
  const isEven = machine.next() < 0.5;
  return (thread) => {
    const site = (what: string): Site => choices.site(`${what} of ${thread}`);
    const [start, wake, step, end, pick, random] = [
      site("start"),
      site("wake"),
      site("step"),
      site("end"),
      site("pick"),
      site("random"),
    ];
    const slow = isEven || start.next() < 0.7 ? 1 : start.scale(2, 50);
    return {
      start: () => slow * (0.1 * startMs + start.gap(startMs)),
      wake: () => slow * wake.gap(wakeMs),
      step: () => slow * step.gap(stepMs),
      // Deno frees the locks of a worker some tens of milliseconds after its end.
      end: () => end.gap(20),
      pick: (count) => pick.below(count),
      random: () => random.next(),
    };
  };
}
