import type { DefinedKeyed } from "../definition/defined_keyed.ts";
import { WAKE } from "../messaging/protocol.ts";
import type { RefOwner } from "../messaging/ref_owner.ts";
import { hostOf } from "../messaging/shards.ts";

/** What is needed to wake keyed actors. */
export interface WakingHost extends RefOwner {
  readonly keyed: RefOwner["keyed"] & { wake(id: string): void };
}

/** The keyed actors of a system that are to be active always: host 0 wakes them, at the start and when theirs was lost. */
export class Kept {
  readonly #host: WakingHost;
  /** Their ids, by the hosts that they are on. */
  readonly #ids = new Map<number, string[]>();
  #isQuiet = false;

  constructor(host: WakingHost, kinds: readonly DefinedKeyed<unknown>[]) {
    this.#host = host;
    for (const { kind, options: { keep = [] } } of kinds) {
      for (const id of keep.map((key) => `${kind}/${key}`)) {
        const at = hostOf(id, host.settings.workers);
        this.#ids.set(at, [...this.#ids.get(at) ?? [], id]);
      }
    }
  }

  /** Wakes all. */
  start(): void {
    for (const at of this.#ids.keys()) this.wakeOn(at);
  }

  /** Wakes those of one host, which is started if it is not there. */
  wakeOn(at: number): void {
    if (this.#isQuiet) return;
    for (const id of this.#ids.get(at) ?? []) {
      if (at === this.#host.index) this.#host.keyed.wake(id);
      // One that is lost meanwhile calls again.
      else this.#host.links.tryPeer(at, true)?.link.send([WAKE, id]);
    }
  }

  /** The system shuts down. */
  quiet(): void {
    this.#isQuiet = true;
  }
}
