import { realNow } from "../../channels/vocabulary/kept.ts";
import { latched, LatchedWait } from "../words/latch.ts";
import type { RwState } from "./_rw_state.ts";
import { URGENT_MS } from "../words/waiting.ts";

abstract class RwWait extends LatchedWait {
  /** Whether a writer has ended while it wrote; valid after success. */
  isAbandoned = false;
  protected readonly state: RwState;

  constructor(state: RwState, doing: string) {
    super(state.words, doing, "it was not free");
    this.state = state;
  }

  override suspects(): readonly number[] {
    return this.state.threads();
  }

  protected override buryLatched(thread: number): void {
    this.state.bury(thread);
  }
}

/** A wait to read. */
export class ReadWait extends RwWait {
  readonly #overtakes: boolean;
  readonly #since: number = realNow();

  /** @param overtakes Whether it may go before writers that wait. */
  constructor(state: RwState, doing: string, overtakes: boolean) {
    super(state, doing);
    this.#overtakes = overtakes;
  }

  protected override attempt(hasSlept: boolean): boolean {
    if (this.state.tryRead(this.doing, this.#overtakes, hasSlept)) {
      this.isAbandoned = this.state.isAbandoned;
      return true;
    }
    if (hasSlept && realNow() - this.#since > URGENT_MS) this.state.putReadersFirst();
    return false;
  }
}

/** A wait to write: while it lasts, no new readers come in. */
export class WriteWait extends RwWait {
  /** Number of the hold; valid after success. */
  hold = 0;
  #isAnnounced = false;

  protected override attempt(hasSlept: boolean): boolean {
    this.hold = this.state.tryWrite(hasSlept);
    if (this.hold === 0) {
      if (!this.#isAnnounced) this.state.want(this.doing, 1);
      this.#isAnnounced = true;
      return false;
    }
    this.isAbandoned = this.state.takeAbandoned();
    this.#withdraw();
    return true;
  }

  override leave(): void {
    latched(this.words, () => this.#withdraw());
    this.state.tellChange();
  }

  #withdraw(): void {
    if (this.#isAnnounced) this.state.want(this.doing, -1);
    this.#isAnnounced = false;
  }
}
