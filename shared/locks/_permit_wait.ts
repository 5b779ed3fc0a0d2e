import { realNow } from "../../channels/vocabulary/kept.ts";
import { LatchedWait } from "../words/latch.ts";
import type { PermitCount } from "./_permit_count.ts";
import { URGENT_MS } from "../words/waiting.ts";

/** A wait for a permit of a semaphore. */
export class PermitWait extends LatchedWait {
  /** Whether the permit comes from a thread that has ended; valid after success. */
  isAbandoned = false;
  readonly #permits: PermitCount;
  readonly #since: number = realNow();

  constructor(permits: PermitCount, doing: string) {
    super(permits.words, doing, "no permit was free");
    this.#permits = permits;
  }

  override suspects(): readonly number[] {
    return this.#permits.threads();
  }

  protected override attempt(hasSlept: boolean): boolean {
    const permits = this.#permits;
    if (permits.available <= 0 || permits.isUrgent && !hasSlept) {
      if (hasSlept && realNow() - this.#since > URGENT_MS) permits.setUrgent();
      return false;
    }
    this.isAbandoned = permits.take(this.doing);
    permits.clearUrgent();
    return true;
  }

  protected override buryLatched(thread: number): void {
    this.#permits.bury(thread);
  }

  override leave(): void {
    this.#permits.clearUrgent();
  }
}
