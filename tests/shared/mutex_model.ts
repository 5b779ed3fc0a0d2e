/**
 * A model of threads that use one lock word, small enough to try every order in which their steps can come.
 *
 * A step is one operation on the word or on the list of sleepers. What it makes of the word is decided by the functions
 * of `shared/words/lock_word.ts`, so it is the real lock that is checked, but for its loops. At each step a thread may also
 *
 * - stop waiting, while it sleeps or when it was just woken;
 * - find that it has waited for too long;
 * - end, as often as `deaths` says; a sleeper that has ended stays in the list and uses up a wake.
 *
 * With `slices` a sleeper may wake by itself, and then also finds that the owner has ended.
 */
import { afterAttempt, afterFree, BURIED, isFreeFor, LEFT } from "../../shared/words/lock_word.ts";

/** What is tried. */
export interface ModelOptions {
  /** For each thread how often it takes the lock. */
  readonly holds: readonly number[];
  /** How many threads may end. */
  readonly deaths: number;
  /** Whether sleepers look for themselves now and then. */
  readonly slices: boolean;
  /** Whether waits may be given up. */
  readonly givingUp: boolean;
}

type Step =
  | "look"
  | "move"
  | "sleep"
  | "asleep"
  | "hold"
  | "wake"
  | "leave"
  | "done"
  | "dead";

interface Thread {
  step: Step;
  seen: number;
  hasSlept: boolean;
  isUrgent: boolean;
  left: number;
}

interface State {
  word: number;
  sleepers: number[];
  threads: Thread[];
  deaths: number;
  /** The lock was buried and not taken since. */
  isBuried: boolean;
}

const OWNER = 2 ** 29 - 1;

/** What came of it. */
export interface ModelResult {
  /** How many different states there are. */
  readonly states: number;
  /** States from which nothing is certain to lead on although a living thread is not done. */
  readonly stuck: number;
  /** States from which no order of certain steps lets all living threads finish. */
  readonly hopeless: number;
}

/**
 * Tries all orders.
 *
 * @throws {Error} when two threads hold the lock, or one takes a buried lock without seeing it.
 */
export function explore(options: ModelOptions): ModelResult {
  const start: State = {
    word: 0,
    sleepers: [],
    threads: options.holds.map((left) => ({
      step: "look",
      seen: 0,
      hasSlept: false,
      isUrgent: false,
      left,
    })),
    deaths: options.deaths,
    isBuried: false,
  };
  const known = new Map<string, number>([[JSON.stringify(start), 0]]);
  const open = [start];
  const before: number[][] = [[]];
  const good: number[] = [];
  let stuck = 0;
  for (let index = 0; index < open.length; index++) {
    const state = open[index]!;
    const isDone = state.threads.every(({ step }) => step === "done" || step === "dead");
    const nexts = successors(state, options);
    if (isDone) good.push(index);
    else if (!nexts.some(({ isChance }) => !isChance)) stuck++;
    for (const { next, isChance } of nexts) {
      check(next);
      const key = JSON.stringify(next);
      let at = known.get(key);
      if (at === undefined) {
        known.set(key, at = open.push(next) - 1);
        before.push([]);
      }
      if (!isChance) before[at]!.push(index);
    }
  }
  return { states: open.length, stuck, hopeless: open.length - reaching(good, before) };
}

/** How many states lead to these. */
function reaching(good: number[], before: number[][]): number {
  const found = new Set(good);
  for (const index of found) for (const from of before[index]!) found.add(from);
  return found.size;
}

function check({ threads, word }: State): void {
  const holders = threads.flatMap(({ step }, index) => step === "hold" ? [index + 1] : []);
  if (holders.length > 1) throw new Error(`Threads ${holders} hold the lock`);
  if (holders.length === 1 && (word & OWNER) !== holders[0]) throw new Error("Owner is not noted");
}

/** A step, and whether it is one that may never come: a thread gives up, loses patience or ends. */
interface Successor {
  readonly next: State;
  readonly isChance: boolean;
}

function successors(state: State, options: ModelOptions): Successor[] {
  const found: Successor[] = [];
  for (let index = 0; index < state.threads.length; index++) {
    const branch: Branch = (change, isChance = false) => {
      const next = structuredClone(state);
      change(next, next.threads[index]!);
      found.push({ next, isChance });
    };
    const thread = state.threads[index]!;
    if (thread.step === "done" || thread.step === "dead") continue;
    advance(state, index, branch, options);
    if (state.deaths > 0) {
      branch((next, thread) => {
        next.deaths--;
        thread.step = "dead";
      }, true);
    }
  }
  return found;
}

type Branch = (change: (state: State, thread: Thread) => void, isChance?: boolean) => void;

function advance(state: State, index: number, branch: Branch, options: ModelOptions): void {
  const thread = state.threads[index]!;
  const number = index + 1;
  switch (thread.step) {
    case "look":
      branch((next, thread) => {
        thread.seen = next.word;
        thread.step = "move";
      });
      if (!thread.hasSlept) return;
      if (!thread.isUrgent) branch((_, thread) => thread.isUrgent = true, true);
      if (options.givingUp) branch(leave, true);
      return;
    case "move":
      return branch((next, thread) => {
        if (next.word !== thread.seen) {
          thread.seen = next.word;
          return;
        }
        next.word = afterAttempt(thread.seen, number, thread);
        if (isFreeFor(thread.seen, thread.hasSlept)) take(next, thread);
        else {
          thread.seen = next.word;
          thread.step = "sleep";
        }
      });
    case "sleep":
      return branch((next, thread) => {
        if (next.word === thread.seen) {
          thread.step = "asleep";
          next.sleepers.push(index);
        } else wakeUp(thread);
      });
    case "asleep":
      if (options.givingUp) {
        branch((next, thread) => {
          next.sleepers = next.sleepers.filter((sleeper) => sleeper !== index);
          leave(next, thread);
        }, true);
      }
      if (options.slices) branch((next, thread) => lookUp(next, thread, index));
      return;
    case "hold":
      return branch((next, thread) => {
        const isContended = next.word !== number;
        next.word = isContended ? afterFree(next.word) : 0;
        if (isContended) thread.step = "wake";
        else finish(thread);
      });
    case "wake":
      return branch((next, thread) => {
        notify(next);
        finish(thread);
      });
    case "leave":
      return branch((next, thread) => {
        notify(next);
        thread.step = "done";
      });
  }
}

/** A slice is over. */
function lookUp(next: State, thread: Thread, index: number): void {
  next.sleepers = next.sleepers.filter((sleeper) => sleeper !== index);
  const owner = next.word & OWNER;
  if (owner !== 0 && next.threads[owner - 1]!.step === "dead") {
    next.word = BURIED;
    next.isBuried = true;
    notify(next);
  }
  wakeUp(thread);
}

function take(next: State, thread: Thread): void {
  if (next.isBuried && thread.seen >= 0) throw new Error("A buried lock was not seen");
  next.isBuried = false;
  thread.step = "hold";
}

function finish(thread: Thread): void {
  Object.assign(thread, { seen: 0, hasSlept: false, isUrgent: false, left: thread.left - 1 });
  thread.step = thread.left > 0 ? "look" : "done";
}

function leave(next: State, thread: Thread): void {
  next.word &= LEFT;
  Object.assign(thread, { step: "leave", seen: 0, hasSlept: false, isUrgent: false });
}

function wakeUp(thread: Thread): void {
  thread.hasSlept = true;
  thread.seen = 0;
  thread.step = "look";
}

function notify(next: State): void {
  const first = next.sleepers.shift();
  if (first !== undefined && next.threads[first]!.step === "asleep") wakeUp(next.threads[first]!);
}
