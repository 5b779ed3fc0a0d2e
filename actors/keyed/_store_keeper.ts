import type { Child, Owner } from "../cell/children.ts";
import { stopInOrder } from "../cell/children.ts";
import type { DefinedActor } from "../definition/defined_actor.ts";
import type { Runtime } from "../lifecycle/runtime.ts";
import { spawnUnasked } from "../lifecycle/spawn.ts";
import type { Target } from "../messaging/ref_owner.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { Store } from "../vocabulary/store.ts";

const RETRY_MS = 200;

/** The store's actor, on host 0's account: starts it when it is needed, and again when it has ended. */
export class StoreKeeper implements Owner {
  readonly label = "system";
  readonly what = "system";
  readonly children = new Set<Child>();
  readonly #host: Runtime;
  readonly #store: Store;
  #current: Promise<Target> | null = null;
  #isStopped = false;

  constructor(host: Runtime, store: Store) {
    this.#host = host;
    this.#store = store;
  }

  /**
   * A reference to the store.
   *
   * @throws Rejects with the error of its start, or when it has been stopped.
   */
  get(): Promise<Target> {
    if (this.#isStopped) {
      return Promise.reject(new ActorStoppedError("store", "start again"));
    }
    return this.#current ??= this.#start();
  }

  /** Lets it commit what it has, and ends it. */
  async stop(ms: number): Promise<void> {
    this.#isStopped = true;
    await stopInOrder(this.#host.clock, this, true, ms);
  }

  async #start(): Promise<Target> {
    const { definition, args } = this.#store;
    const forget = () => {
      this.#current = null;
    };
    const own = (definition as unknown as DefinedActor<unknown, unknown[]>).with({
      // A slow disk is no endless loop.
      own: { unresponsiveMs: Infinity },
      restart: "temporary",
    });
    try {
      const ref = await spawnUnasked(this.#host, own, [...args], this);
      void ref.exited.then(forget);
      return ref;
    } catch (error) {
      // Whoever asks meanwhile hears the same: a thread is not started for each.
      this.#host.clock.setTimer(forget, RETRY_MS).keepAlive(false);
      throw error;
    }
  }
}
