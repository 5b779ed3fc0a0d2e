import type { Clock, Timer } from "../../channels/thread/clock.ts";
import type { DefinedKeyed } from "../definition/defined_keyed.ts";
import { WAKE } from "../messaging/protocol.ts";
import type { RefOwner } from "../messaging/ref_owner.ts";
import { hostOf } from "../messaging/shards.ts";
import { Backoffs } from "./_backoffs.ts";

/** What is needed to wake keyed actors. */
export interface WakingHost extends RefOwner {
  readonly clock: Clock;
  readonly keyed: RefOwner["keyed"] & { wake(id: string): void };
}

/** The keyed actors of a system that are to be active always: host 0 wakes them, at the start and when theirs was lost. */
export class Kept {
  readonly #host: WakingHost;
  /** Their ids, by the hosts that they are on. */
  readonly #ids = new Map<number, string[]>();
  /** A host that one of them ends as soon as it is there is not started without a pause. */
  readonly #backoffs: Backoffs;
  readonly #timers = new Set<Timer>();
  #isQuiet = false;

  constructor(host: WakingHost, kinds: readonly DefinedKeyed<unknown>[]) {
    this.#host = host;
    this.#backoffs = new Backoffs(host.clock);
    for (const { kind, options: { keep = [] } } of kinds) {
      for (const id of keep.map((key) => `${kind}/${key}`)) {
        const at = hostOf(id, host.settings.workers);
        this.#ids.set(at, [...this.#ids.get(at) ?? [], id]);
      }
    }
  }

  /** Wakes all. */
  start(): void {
    for (const at of this.#ids.keys()) this.#wakeOn(at);
  }

  /** A host was lost: wakes its actors again, some time later. */
  lost(at: number): void {
    if (this.#isQuiet || !this.#ids.has(at)) return;
    this.#backoffs.failed(`${at}`);
    const timer = this.#host.clock.setTimer(() => {
      this.#timers.delete(timer);
      this.#wakeOn(at);
    }, this.#backoffs.leftMs(`${at}`));
    this.#timers.add(timer);
  }

  /** Wakes those of one host, which is started if it is not there. */
  #wakeOn(at: number): void {
    for (const id of this.#ids.get(at) ?? []) {
      if (at === this.#host.index) this.#host.keyed.wake(id);
      // One that is lost meanwhile calls again.
      else this.#host.links.tryPeer(at, true)?.link.send([WAKE, id]);
    }
  }

  /** The system shuts down. */
  quiet(): void {
    this.#isQuiet = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
