import type { Clock, Timer } from "../../channels/thread/clock.ts";
import type { DefinedKeyed } from "../definition/defined_keyed.ts";
import { keyIn } from "./ids.ts";
import type { KeyedCell } from "./_keyed_cell.ts";
import { Recency } from "./_recency.ts";

const IDLE_MS = 60_000;
const MOST_ACTIVE = 10_000;
// How many of those that were used least recently are looked at for one that can sleep.
const MOST_LOOKED_AT = 64;
// How many periods an actor is idle before it sleeps: in so far the time is exact.
const PERIODS = 4;

/** The active actors of one kind on one host, and when they go to sleep. */
export class ActiveKind {
  readonly definition: DefinedKeyed<unknown>;
  readonly #clock: Clock;
  readonly #cells = new Recency<KeyedCell>();
  readonly #most: number;
  /** Keys of those that do not sleep. */
  readonly #kept: ReadonlySet<string>;
  readonly #periodMs: number;
  #timer: Timer | null = null;

  /** @param hosts Among how many hosts those are shared out which may be active. */
  constructor(definition: DefinedKeyed<unknown>, clock: Clock, hosts: number) {
    this.definition = definition;
    this.#clock = clock;
    const { idleMs = IDLE_MS, maxActive = MOST_ACTIVE, keep = [] } = definition.options;
    this.#kept = new Set(keep);
    this.#most = Math.ceil(maxActive / hosts);
    this.#periodMs = idleMs / PERIODS;
  }

  add(cell: KeyedCell): void {
    this.#cells.add(cell);
    if (this.#cells.size > this.#most) this.#makeRoom();
    if (this.#timer === null) this.#watch();
  }

  remove(cell: KeyedCell): void {
    if (this.#cells.remove(cell) && this.#cells.size === 0) this.stop();
  }

  used(cell: KeyedCell): void {
    this.#cells.touch(cell);
  }

  /** Nobody sleeps any more by himself. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Puts those to sleep that were used least recently, as far as they can. */
  #makeRoom(): void {
    let left = MOST_LOOKED_AT;
    for (const cell of this.#cells) {
      if (this.#cells.size <= this.#most || left-- === 0) return;
      if (this.#maySleep(cell)) this.#sleep(cell);
    }
  }

  #maySleep(cell: KeyedCell): boolean {
    return cell.isIdle && !this.keeps(cell.id);
  }

  /** Whether an actor is to be active always. */
  keeps(id: string): boolean {
    return this.#kept.size > 0 && this.#kept.has(keyIn(id));
  }

  /** It is out of the books at once, though its end may take time. */
  #sleep(cell: KeyedCell): void {
    this.remove(cell);
    cell.sleep();
  }

  #watch(): void {
    if (this.#periodMs === Infinity) return;
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = null;
      const period = ++this.#cells.period;
      for (const cell of this.#cells) {
        if (period - cell.usedIn <= PERIODS) break;
        if (this.#maySleep(cell)) this.#sleep(cell);
      }
      if (this.#cells.size > 0) this.#watch();
    }, this.#periodMs);
    this.#timer.keepAlive(false);
  }
}
