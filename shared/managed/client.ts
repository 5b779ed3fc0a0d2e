import { HANDLE } from "../../channels/message/handle.ts";
import { lifeHere } from "../../channels/thread/life.ts";
import { thread, ThreadSlot } from "../../channels/thread/thread.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { managerEnded } from "./ended.ts";
import type { Ref } from "../../actors/messaging/ref.ts";
import type { ManagerClient, ManagerHere, Passage } from "./protocol.ts";
import { SyncCaller } from "./_sync_caller.ts";

/** The managers that this thread uses, by the ids of their actors. */
const clients = new ThreadSlot(() => new Map<string, RemoteManager>());
/** The managers that live on this thread. */
const residents = new ThreadSlot(() => new Map<string, ManagerHere>());

/** The manager with this id, when it lives on this thread. */
export function managerHere(id: string): ManagerHere | undefined {
  return residents.here.get(id);
}

/** Notes that a manager lives on this thread; returns what undoes that. */
export function keepManager(id: string, manager: ManagerHere): () => void {
  residents.here.set(id, manager);
  return () => residents.here.delete(id);
}

/** A manager on another thread. */
export class RemoteManager implements ManagerClient {
  readonly #ref: Ref;
  readonly #thread: number;
  /** By which a manager notices the end of this thread; `null` for the main thread, which outlives it. */
  readonly #ownLife = lifeHere();
  readonly #waits = new Set<AbortController>();
  #caller: SyncCaller | null = null;
  #isOver = false;
  #lent = 0;
  /** What waits are aborted with when the manager ends. */
  #why: Error = managerEnded("go on waiting");

  private constructor(ref: Ref, thread: number) {
    this.#ref = ref;
    this.#thread = thread;
    void ref.exited.then((reason) => {
      this.#isOver = true;
      clients.here.delete(ref.id);
      this.#caller?.close();
      if (reason.kind === "host-lost") this.#why = reason.error;
      for (const wait of this.#waits) wait.abort(this.#why);
    });
  }

  /** What this thread knows of a manager. */
  static of(ref: Ref, thread: number): RemoteManager {
    let client = clients.here.get(ref.id);
    if (client === undefined) clients.here.set(ref.id, client = new RemoteManager(ref, thread));
    return client;
  }

  get timeoutMs(): number {
    return this.#ref.host.settings.askTimeoutMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get manager(): object {
    return this;
  }

  get token(): readonly unknown[] {
    const own = this.#ref[HANDLE]();
    return [this.#thread, ...own];
  }

  endWith(wait: AbortController): () => void {
    if (this.#isOver) wait.abort(this.#why);
    this.#waits.add(wait);
    return () => this.#waits.delete(wait);
  }

  call(id: number, method: string, args: unknown[], limits: WaitOptions | null): Promise<unknown> {
    if (this.#isOver) return Promise.reject(managerEnded(`call "${method}"`));
    const ref = limits === null ? this.#ref : this.#ref.with(limits);
    // The caller's own come first: so the path of one that cannot cross is theirs.
    return ref.ask.call!(...args, id, method);
  }

  callSync(id: number, method: string, args: unknown[], limits: WaitOptions | null): unknown {
    if (this.#isOver) throw managerEnded(`call "${method}"`);
    const caller = this.#caller ??= new SyncCaller(this.#ref, this.#thread, this.#ownLife);
    try {
      return caller.call(id, method, args, limits?.timeoutMs ?? Infinity);
    } finally {
      if (caller.isClosed) this.#caller = null;
    }
  }

  checkBlocking(): void {}

  hold(id: number): void {
    this.#tell("hold", id, this.#ownLife);
  }

  release(id: number): void {
    this.#tell("release", id, this.#ownLife);
  }

  lend(id: number): number {
    this.#tell("lend", id, [thread().number, ++this.#lent]);
    return this.#lent;
  }

  /** Adds an object, of which this thread has a handle then. */
  create(handler: string, ...args: unknown[]): Promise<number> {
    // Without a limit: nobody would know of an object whose id came too late.
    const { ask } = this.#ref.with({ timeoutMs: Infinity });
    return ask[handler]!(...args, this.#ownLife) as Promise<number>;
  }

  /** A handle has arrived in a message. */
  claim(id: number, passage: Passage): void {
    this.#tell("claim", id, passage, this.#ownLife);
  }

  #tell(handler: string, ...args: unknown[]): void {
    // Then there is nothing to count any more.
    if (this.#isOver || this.#ref.host.refuses()) return;
    (this.#ref.tell as Record<string, (...args: unknown[]) => void>)[handler]!(...args);
  }
}
