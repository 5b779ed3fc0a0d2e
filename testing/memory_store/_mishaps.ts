import { thread } from "../../channels/thread/thread.ts";
import { StoreError } from "../../actors/vocabulary/store_errors.ts";
import type { Disk } from "./_disk.ts";
import type { MemoryStoreFaults } from "./faults.ts";

/** The name of a fault with a share. */
type Fault = Exclude<keyof MemoryStoreFaults, "slowMs">;

/** Makes go wrong what was asked for, by chance. */
export class Mishaps {
  readonly #faults: MemoryStoreFaults;
  readonly #disk: Disk;

  constructor(faults: MemoryStoreFaults, disk: Disk) {
    this.#faults = faults;
    this.#disk = disk;
  }

  /** Whether it happens now. */
  happens(fault: Fault): boolean {
    const share = this.#disk.isCalm ? 0 : this.#faults[fault] ?? 0;
    return share > 0 && Math.random() < share;
  }

  /** Waits as long as the store is slow. */
  async wait(): Promise<void> {
    const { slowMs = 0 } = this.#faults;
    if (slowMs === 0 || this.#disk.isCalm) return;
    const ms = slowMs * Math.random() ** 2;
    await new Promise<void>((resolve) => void thread().platform.clock.setTimer(resolve, ms));
  }

  /** @throws Rejects when a request fails before it is done. */
  async before(): Promise<void> {
    await this.wait();
    if (this.happens("fails")) {
      throw Math.random() < 0.5
        ? refusal("A fault that was asked for")
        : new Error("A fault that was asked for");
    }
    await this.#mayDie();
  }

  /** @throws Rejects when the answer is lost. */
  async after(isCommit: boolean): Promise<void> {
    if (isCommit && this.happens("loses")) throw new Error("The answer is lost, as was asked for");
    await this.#mayDie();
    await this.wait();
  }

  async #mayDie(): Promise<void> {
    if (!this.happens("dies") || Math.random() < 0.5) return;
    self.close();
    await new Promise<never>(() => {});
  }
}

/** Says that something cannot be stored. */
export function refusal(why: string, options?: ErrorOptions): StoreError {
  const reason = options?.cause === undefined ? "full" : "refused";
  return new StoreError(`Cannot use store in memory: ${why}`, "", reason, options);
}
