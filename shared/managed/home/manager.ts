import type { ActorDefinition } from "../../../actors/vocabulary/definition.ts";
import { ActorSystem } from "../../../actors/system/actor_system.ts";
import { managerEnded } from "../ended.ts";
import type { WorkerKind } from "../../../actors/vocabulary/options.ts";
import { WORKER_KINDS } from "../../../actors/vocabulary/worker_kinds.ts";
import type { Ref } from "../../../actors/messaging/ref.ts";
import { type UsedSystem, useSystem } from "../../../actors/system/implicit_system.ts";
import { checkCount, checkWord } from "../../../channels/vocabulary/checks.ts";
import type { Managed } from "../managed_custom.ts";
import type { ManagedBarrier } from "../managed_barrier.ts";
import type { ManagedList } from "../managed_list.ts";
import type { ManagedLock } from "../managed_lock.ts";
import type { ManagedMap } from "../managed_map.ts";
import type { ManagedNamespace } from "../managed_namespace.ts";
import type { ManagedQueue } from "../managed_queue.ts";
import type { ManagedSet } from "../managed_set.ts";
import type { ManagedValue } from "../managed_value.ts";
import { lifeGone } from "../../../channels/thread/life.ts";
import { handleOf } from "../kinds.ts";
import type { ManagedKind } from "../protocol.ts";
import { managerActor } from "./manager_actor.ts";
import { RemoteManager } from "../client.ts";

/** A manager that runs. */
interface Started {
  readonly client: RemoteManager;
  readonly ref: Ref;
  /** Number of its thread. */
  readonly thread: number;
}

/** Options of {@linkcode Manager}. */
export interface ManagerOptions {
  /**
   * The system that its worker belongs to.
   *
   * @default inside an actor that one's, else one for all in this thread that are given none
   */
  system?: ActorSystem | undefined;
  /**
   * Kind of its worker.
   *
   * @default the system's
   */
  worker?: WorkerKind | undefined;
}

/** Options of {@linkcode Manager.queue}. */
export interface ManagedQueueOptions {
  /**
   * Most items before a sender has to wait.
   *
   * @default {Infinity}
   */
  capacity?: number | undefined;
}

/**
 * A worker that keeps lists, maps and other objects for all threads, which use them through handles.
 *
 * Everything that a handle does is one message there and one back, in the order sent; values are copied. Handles can be
 * sent, and stored in other managed objects; an object that nobody reaches any more is freed, circles too. Waiting in a
 * managed queue, lock or barrier delays nobody else. When the manager ends, or its thread is lost, so do all its
 * objects: what waits for them rejects, and so does every later call.
 *
 * They hold whatever can be sent. Instances of registered classes are kept as they were encoded, since the manager does
 * not load the modules of a program: what comes out is decoded where it arrives.
 *
 * Compare: a {@linkcode SharedValue} or {@linkcode SharedArray} is direct memory and much faster; an actor of your own
 * does more in one message.
 *
 * @example Share a list between tasks
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const results = await manager.list<number>();
 * const byName = await manager.map<string, unknown>([["results", results]]); // nested
 * await results.push(1, 2);
 * assertEquals(await results.toArray(), [1, 2]);
 * assertEquals(await byName.has("results"), true);
 * ```
 *
 * @example A read followed by a write loses what others write in between; `update()` does not
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const hits = await manager.value(0);
 * const add = async () => await hits.set(await hits.get() + 1);
 * await Promise.all([add(), add()]); // Both read 0.
 * assertEquals(await hits.get(), 1);
 *
 * const addSafely = () => hits.update((count) => count + 1);
 * await Promise.all([addSafely(), addSafely()]);
 * assertEquals(await hits.get(), 3);
 * ```
 */
export class Manager implements AsyncDisposable {
  readonly #used: UsedSystem;
  readonly #worker: WorkerKind | undefined;
  #started: Promise<Started> | null = null;
  #ending: Promise<void> | null = null;

  /**
   * Its worker starts when the first object is made.
   *
   * @throws {TypeError} when an option is not one of those allowed.
   */
  constructor(options: ManagerOptions = {}) {
    const doing = "create Manager";
    checkWord(doing, "worker", options.worker, WORKER_KINDS);
    if (options.system !== undefined && !(options.system instanceof ActorSystem)) {
      throw new TypeError(`Cannot ${doing}: system must be an ActorSystem`);
    }
    this.#used = useSystem(options.system);
    this.#worker = options.worker;
  }

  /** Makes a list. */
  list<T = unknown>(items: Iterable<T> = []): Promise<ManagedList<T>> {
    return this.#make("list", () => [...items]) as Promise<ManagedList<T>>;
  }

  /** Makes a map. */
  map<K = unknown, V = unknown>(
    entries: Iterable<readonly [K, V]> = [],
  ): Promise<ManagedMap<K, V>> {
    return this.#make("map", () => [...entries]) as Promise<ManagedMap<K, V>>;
  }

  /** Makes a set. */
  set<T = unknown>(values: Iterable<T> = []): Promise<ManagedSet<T>> {
    return this.#make("set", () => [...values]) as Promise<ManagedSet<T>>;
  }

  /** Makes a namespace. Names that begin with an underscore are not shared, and refused here. */
  namespace<T extends object = Record<string, unknown>>(
    values: T = {} as T,
  ): Promise<ManagedNamespace<T>> {
    return this.#make("namespace", () => sharedNamesOf(values)) as Promise<ManagedNamespace<T>>;
  }

  /** Makes a value. */
  value<T>(value: T): Promise<ManagedValue<T>> {
    return this.#make("value", () => value) as Promise<ManagedValue<T>>;
  }

  /**
   * Makes a queue.
   *
   * @throws {RangeError} Rejects when the capacity is not at least 1.
   */
  queue<T = unknown>({ capacity }: ManagedQueueOptions = {}): Promise<ManagedQueue<T>> {
    return this.#make("queue", () => {
      if (capacity !== Infinity) checkCount("create Queue", "capacity", capacity, 1);
      return capacity === Infinity ? undefined : capacity;
    }) as Promise<ManagedQueue<T>>;
  }

  /** Makes a lock. */
  lock(): Promise<ManagedLock> {
    return this.#make("lock", () => undefined) as Promise<ManagedLock>;
  }

  /**
   * Makes a barrier.
   *
   * @throws {RangeError} Rejects when there is not at least one party.
   */
  barrier(parties: number): Promise<ManagedBarrier> {
    return this.#make("barrier", () => parties) as Promise<ManagedBarrier>;
  }

  /**
   * Gives a factory of objects of your own: each call runs `setup` of the definition on the manager's worker and gives a
   * handle with its handlers, which are called one at a time. One that fails keeps its state. Names that begin with an
   * underscore cannot be called. Handles that it gets are its own: it disposes those that it keeps.
   *
   * @throws {TypeError} when the definition does not come from `actor()`.
   * @example
   * ```ts ignore
   * const calculator = actor(import.meta, () => ({
   *   add: (x: number, y: number) => x + y,
   * }));
   * const create = manager.register(calculator);
   * const own = await create();
   * console.log(await own.add(4, 3)); // 7
   * ```
   */
  register<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
  ): (...args: A) => Promise<Managed<H>> {
    if (typeof (definition as Partial<typeof definition> | null)?.with !== "function") {
      throw new TypeError("Cannot register: the first argument must come from actor()");
    }
    return async (...args) => {
      const { client } = await this.#start();
      const id = await client.create("createCustom", ...args, definition);
      return handleOf(client, "custom", id) as Managed<H>;
    };
  }

  /** How many objects there are, once those that nobody reaches are freed. */
  async size(): Promise<number> {
    if (this.#started === null) return 0;
    const { ref } = await this.#started;
    return await ref.ask.size!() as number;
  }

  /** Ends all objects and the worker. What waits for them rejects. */
  stop(): Promise<void> {
    return this.#ending ??= this.#stop();
  }

  /** Calls {@linkcode Manager.stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    // One that could not start has said so to those who asked for an object.
    const started = await this.#started?.catch(() => null);
    if (started !== null && started !== undefined) {
      await started.ref.stop();
      await lifeGone(started.thread);
    }
    await this.#used.release();
  }

  async #make(kind: ManagedKind, argument: () => unknown): Promise<unknown> {
    const value = argument();
    const { client } = await this.#start();
    const id = await client.create("create", value, kind);
    return handleOf(client, kind, id);
  }

  #start(): Promise<Started> {
    if (this.#ending !== null) {
      return Promise.reject(managerEnded("create managed object"));
    }
    return this.#started ??= this.#spawn();
  }

  async #spawn(): Promise<Started> {
    const definition = managerActor.with({
      own: { worker: this.#worker },
      restart: "temporary",
      onError: "resume",
      concurrency: Number.MAX_SAFE_INTEGER,
    });
    const spawned = await this.#used.system.spawn(definition);
    const ref = spawned as unknown as Ref;
    const thread = await spawned.ask.thread();
    return { client: RemoteManager.of(ref, thread), ref, thread };
  }
}

function sharedNamesOf(values: object): object {
  const entries = Object.entries(values);
  const own = entries.find(([name]) => name.startsWith("_"));
  if (own === undefined) return Object.fromEntries(entries);
  throw new TypeError(`Cannot create namespace: the name "${own[0]}" begins with an underscore`);
}
