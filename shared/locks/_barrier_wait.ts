import {
  type BarrierState,
  BROKE,
  NOT_YET,
  PASSED,
  type Result,
  WAITING,
} from "./_barrier_state.ts";
import { latched, LatchedWait, tellChange } from "../words/latch.ts";
import { BrokenBarrierError } from "../vocabulary/errors.ts";

/** What completes "Cannot ..." in errors of a wait at a barrier. */
export const DOING = "wait at Barrier";

/** A wait at a barrier: from its arrival until all have come, or until it is the last and has to act for all. */
export class BarrierWait extends LatchedWait {
  /** How many came before it; valid after its arrival. */
  index = -1;
  // The last to come lets the others go on.
  readonly isUnordered = true;
  readonly #state: BarrierState;
  readonly #hasAction: boolean;
  #slot: number = NOT_YET;
  #result: Result = WAITING;

  constructor(state: BarrierState, hasAction: boolean) {
    super(state.words, DOING, "not all parties came");
    this.#state = state;
    this.#hasAction = hasAction;
  }

  /** Whether it succeeded because it came last, and the others wait for its {@linkcode BarrierWait.finish}. */
  get isToAct(): boolean {
    return this.#result === WAITING;
  }

  override suspects(): readonly number[] {
    return latched(this.words, () => this.#state.threads());
  }

  protected override attempt(): boolean {
    const state = this.#state;
    if (this.#slot === NOT_YET && !this.#arrive()) return false;
    this.#result = state.resultOf(this.#slot);
    return this.#result !== WAITING || this.#hasAction && this.index === state.parties - 1;
  }

  protected override buryLatched(thread: number): void {
    this.#state.bury(thread);
  }

  /** Leaves, after the action if it was to act. @throws {BrokenBarrierError} when not all have come. */
  finish(): number {
    const result = this.#exit(PASSED);
    if (result === BROKE) throw brokenError("it was broken or reset meanwhile");
    return this.index;
  }

  /** Leaves before the others have come, or because the action has failed. Returns whether all had come. */
  abandon(): boolean {
    return this.#exit(BROKE) === PASSED;
  }

  /** Ends the generation with this outcome if it has none, and frees the place. Gives the outcome. */
  #exit(outcome: typeof PASSED | typeof BROKE): Result {
    const state = this.#state;
    const slot = this.#slot;
    // It came while those before it had not gone on, and has not been counted.
    if (slot === NOT_YET) return WAITING;
    return latched(this.words, () => {
      const isOpen = state.resultOf(slot) === WAITING;
      if (isOpen) outcome === PASSED ? state.pass() : state.break();
      const result = state.resultOf(slot);
      state.exit(slot);
      if (isOpen) tellChange(this.words);
      return result;
    });
  }

  #arrive(): boolean {
    const state = this.#state;
    if (state.isBroken) throw brokenError("it is broken");
    const before = state.waiting;
    this.#slot = state.enter(DOING);
    if (this.#slot === NOT_YET) return false;
    this.index = before;
    if (before === state.parties - 1 && !this.#hasAction) {
      state.pass();
      tellChange(this.words);
    }
    return true;
  }
}

function brokenError(why: string): BrokenBarrierError {
  return new BrokenBarrierError(`Cannot ${DOING}: ${why}`);
}
