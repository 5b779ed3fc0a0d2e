import type { Choices, Site } from "./choices.ts";
import type { SimulatedThread } from "./thread.ts";
import type { World } from "./world.ts";

/** How many of something: a number, or a range from which each seed draws. */
export type Count = number | readonly [least: number, most: number];

/** How many faults of each kind there are in a seed; fewer happen when its program is over before. */
export interface FaultCounts {
  /** Workers that die. */
  readonly kill?: Count | undefined;
  /** Workers that do nothing for up to ten seconds. */
  readonly hang?: Count | undefined;
  /** Workers that are up to 100 times slower for up to two seconds. */
  readonly slow?: Count | undefined;
  /** Pairs of threads whose messages to each other wait for up to two seconds. */
  readonly partition?: Count | undefined;
}

/** The kinds of faults. */
export const FAULT_KINDS = ["kill", "hang", "slow", "partition"] as const;

type FaultKind = typeof FAULT_KINDS[number];

/** How long a fault lasts, at most. */
const LONGEST_MS = 2_000;
/** How long a thread hangs, at most: longer than others wait for its word about a loss. */
const LONGEST_HANG_MS = 10_000;

/** How long a fault waits, about, when there is nobody whom it could hit. */
const AGAIN_MS = 10;

/** Why a worker died of an error that the simulation made up. */
export class SimulatedError extends Error {
  override readonly name = "SimulatedError";
}

/** A fault that happened. */
export interface HappenedFault {
  /** Its number in the seed, from 1 on. */
  readonly number: number;
  readonly text: string;
}

/** What goes wrong in one seed. Leaving some out does not change when the others happen. */
export class Faults {
  readonly happened: HappenedFault[] = [];
  readonly #world: World;
  readonly #choices: Choices;
  #isOver = false;

  /** @param only The numbers of those that happen; all of them without. */
  constructor(
    world: World,
    choices: Choices,
    counts: FaultCounts,
    only: ReadonlySet<number> | null,
  ) {
    this.#world = world;
    this.#choices = choices;
    const machine = choices.site("faults");
    let number = 0;
    for (const kind of FAULT_KINDS) {
      const count = countOf(counts[kind], machine);
      const gapMs = machine.scale(0.2, 100);
      let at = 0;
      for (let nth = 0; nth < count; nth++) {
        at += machine.gap(gapMs);
        number++;
        if (only?.has(number) ?? true) this.#plan(kind, number, at);
      }
    }
  }

  /** None happens from now on. */
  end(): void {
    this.#isOver = true;
  }

  #plan(kind: FaultKind, number: number, ms: number): void {
    const site = this.#choices.site(`fault ${number}`);
    const happen = () => {
      if (this.#isOver) return;
      const text = this.#happen(kind, site);
      if (text === null) return plan(site.gap(AGAIN_MS));
      this.happened.push({ number, text: `${text} at ${this.#world.now.toFixed(3)} ms` });
    };
    const plan = (ms: number) => this.#world.later(`fault ${number}: ${kind}`, ms, happen);
    plan(ms);
  }

  /** Says what happened; `null` when there is nobody to whom it could. */
  #happen(kind: FaultKind, site: Site): string | null {
    if (kind === "partition") return this.#partition(site);
    const possible = this.#world.alive;
    const thread = possible[site.below(possible.length)];
    if (thread === undefined) return null;
    if (kind === "kill") return this.#kill(thread, site);
    return kind === "hang" ? hang(thread, site) : this.#slow(thread, site);
  }

  #kill(thread: SimulatedThread, site: Site): string {
    // A worker that fails as it starts says so; what ends without a word has held its life.
    const isOfError = site.next() < 0.2 || !this.#world.canDie(thread);
    this.#world.kill(thread, isOfError ? new SimulatedError("A simulated error") : null);
    return `${thread.name} dies${isOfError ? " of an error" : ""}`;
  }

  #slow(thread: SimulatedThread, site: Site): string {
    const [times, ms] = [site.scale(2, 100), site.scale(1, LONGEST_MS)];
    thread.slowness *= times;
    this.#world.later(`${thread.name} is as quick as before`, ms, () => thread.slowness /= times);
    return `${thread.name} is ${times.toFixed(0)} times slower for ${ms.toFixed(1)} ms`;
  }

  #partition(site: Site): string | null {
    const threads = [this.#world.main, ...this.#world.alive].map(({ name }) => name);
    if (threads.length < 2) return null;
    const [one] = threads.splice(site.below(threads.length), 1) as [string];
    const other = threads[site.below(threads.length)]!;
    const ms = site.scale(1, LONGEST_MS);
    const heal = this.#world.cuts.add([one], [other]);
    this.#world.later(`${one} and ${other} reach each other again`, ms, heal);
    return `${one} and ${other} do not reach each other for ${ms.toFixed(1)} ms`;
  }
}

function hang(thread: SimulatedThread, site: Site): string {
  const ms = site.scale(1, LONGEST_HANG_MS);
  thread.hang(ms);
  return `${thread.name} hangs for ${ms.toFixed(1)} ms`;
}

function countOf(count: Count | undefined, site: Site): number {
  if (count === undefined) return 0;
  return typeof count === "number" ? count : site.from(count);
}
