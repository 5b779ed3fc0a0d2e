import { Adoption } from "../../channels/vocabulary/adoption.ts";
import type { ActorDefinition, RefOf, TaskDefinition } from "../vocabulary/definition.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import { checkCount, checkMs, checkWord } from "../../channels/vocabulary/checks.ts";
import { thread } from "../../channels/thread/thread.ts";
import { Coordinator } from "../hosts/coordinator.ts";
import { DefinedActor } from "../definition/defined_actor.ts";
import { Kept } from "../keyed/kept.ts";
import { DurableLeader } from "../keyed/durable_leader.ts";
import type { Store } from "../vocabulary/store.ts";
import { DefinedKeyed } from "../definition/defined_keyed.ts";
import type { KeyedDefinition } from "../vocabulary/keyed_definition.ts";
import type { KeyedRef } from "../vocabulary/keyed_ref.ts";
import { DeadlockError, DefinitionError } from "../vocabulary/errors.ts";
import { find } from "../hosts/directory.ts";
import { Host } from "../host/host.ts";
import { linesOf } from "../messaging/lines.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import { WORKER_KINDS } from "../vocabulary/worker_kinds.ts";
import { limitFor } from "../messaging/questions.ts";
import { moduleUnderImport } from "../definition/registry.ts";
import { run, spawn } from "../lifecycle/spawn.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";
import type { Transport } from "../vocabulary/transport.ts";
import { currentTurn } from "../cell/turn.ts";

/** Options for {@linkcode ActorSystem}. */
export interface ActorSystemOptions {
  /**
   * Most workers to share among actors and tasks; each starts when first needed. 0 runs everything on this thread.
   *
   * @default {navigator.hardwareConcurrency}
   */
  workers?: number | undefined;
  /**
   * Kind of the workers. `"thread"` (`node:worker_threads`) can really be killed; a Web Worker that loops without
   * end cannot.
   *
   * @default {"web"}
   */
  worker?: WorkerKind | undefined;
  /**
   * The kinds of keyed actors that the system has. Volatile ones need not be listed: they are known from their first
   * use on.
   *
   * @default none
   */
  kinds?: readonly KeyedDefinition<unknown>[] | undefined;
  /**
   * Where durable actors are kept, such as `sqlite("shop.db")` of `@troupe/actors/durable`.
   *
   * @default none
   */
  store?: Store | undefined;
  /**
   * How its threads are connected besides by ports: `sharedMemoryTransport()` of `@troupe/actors/shared` makes round trips
   * shorter.
   *
   * @default ports alone
   */
  transport?: Transport | undefined;
  /**
   * Longest time an ask waits, in milliseconds.
   *
   * @default {30_000}
   */
  askTimeoutMs?: number | undefined;
  /**
   * Longest time for a thread to start and `setup` to finish, in milliseconds.
   *
   * @default {10_000}
   */
  startTimeoutMs?: number | undefined;
  /**
   * Longest time for an actor's current message and its `onStop` callbacks when it stops, and for the whole of
   * `shutdown()`, in milliseconds.
   *
   * @default {5_000}
   */
  shutdownMs?: number | undefined;
  /**
   * Longest time for which a worker may fail to answer its heartbeat, in milliseconds: in a loop without end, not in
   * a slow async handler. Such a worker is ended and its actors start again on a new thread; the one whose handler
   * keeps it busy ends with reason `unresponsive`. A Web Worker cannot be ended by force: it goes on using a core, and
   * `shutdown()` reports it; one of kind `"thread"` is really ended. Costs a fraction of a microsecond a message.
   *
   * @default {Infinity}
   */
  unresponsiveMs?: number | undefined;
  /**
   * Shut down on SIGINT (Ctrl-C) and SIGTERM. The program then ends by itself unless something else keeps it
   * alive. A Web Worker in an endless loop, which nothing can end, would: then the names of what would not stop are
   * printed, and the program is ended with exit code 1. A second signal ends it at once.
   *
   * @default {false}
   */
  shutdownOnSignal?: boolean | undefined;
}

/** An alarm of a durable actor, see {@linkcode ActorSystem.alarms}. */
export interface SystemAlarm {
  /** Kind of the actor. */
  readonly kind: string;
  /** Key of the actor. */
  readonly key: string;
  /** Unique in its actor. */
  readonly name: string;
  /** When it goes off. */
  readonly due: Date;
  /** Which handler it calls. */
  readonly handler: string;
  /** How often that has failed since it was due. */
  readonly attempts: number;
  /** Why it has failed last; `null` when it has not. */
  readonly failure: string | null;
}

/** Options of {@linkcode ActorSystem.shutdown}. */
export interface ShutdownOptions {
  /**
   * Longest time for all of it, in milliseconds.
   *
   * @default the system's `shutdownMs`
   */
  timeoutMs?: number | undefined;
}

/** Result of {@linkcode ActorSystem.shutdown}. */
export interface ShutdownResult {
  /**
   * What did not end in time: names (or ids) of actors, names (or modules) of tasks, tasks of pools, and, where that is
   * not known, the number of a thread that could not be ended (`"host 3"`).
   */
  readonly abandoned: string[];
}

/** This thread's part of a system. */
export let hostBehind: (system: ActorSystem) => Host;

/** The host whose system is being made in a worker. */
const adoption = new Adoption<Host>();

const systems = new WeakMap<Host, ActorSystem>();

/** The system as seen from a host; on a worker it is made when somebody asks for it. */
export function systemOf(host: Host): ActorSystem {
  return systems.get(host) ?? adoption.with(host, () => new ActorSystem());
}

/**
 * Actors and the threads they run on.
 *
 * Workers start when first needed and keep the process alive until {@linkcode ActorSystem.shutdown}, which leaving
 * an `await using` scope calls.
 *
 * Events (`addEventListener`): see {@linkcode SystemEvents}.
 *
 * @example Ask an actor
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const greeter = actor(import.meta, (_context, greeting: string) => ({
 *   greet: (name: string) => `${greeting} ${name}`,
 * }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(greeter, "hello");
 * assertEquals(await ref.ask.greet("bob"), "hello bob");
 * ```
 */
export class ActorSystem extends EventTarget implements AsyncDisposable {
  static {
    hostBehind = (system) => system.#host;
  }

  readonly #host: Host;
  #signals: (() => void) | null = null;

  /**
   * Starts no thread yet.
   *
   * @throws {RangeError} when a number is out of range.
   * @throws {DefinitionError} when a module is just being imported for a worker and lacks `if (import.meta.main)`.
   */
  constructor(options: ActorSystemOptions = {}) {
    super();
    this.#host = adoption.take() ?? startHost(options);
    systems.set(this.#host, this);
    this.#host.reports.listener = (type, detail) => this.#dispatch(type, detail);
    const { coordinator } = this.#host;
    if (coordinator !== null) coordinator.onShutdown = (timeoutMs) => this.#shutDown(timeoutMs);
    if (options.shutdownOnSignal) this.#listenToSignals();
  }

  /**
   * Starts an actor; resolves when its `setup` is done.
   *
   * The arguments are captured at the call, like those of a message. A restart gets the same: of a buffer that was given
   * away a copy is kept for it (none with `restart: "temporary"`); a port, a stream or the end of a pipe goes to the
   * first life, and a later one fails with a `TypeError` that says so.
   *
   * @throws Rejects with the error of `setup` or of its module, `NameTakenError`, `DefinitionError`, a
   * `TimeoutError` `DOMException` after `startTimeoutMs`, `HostLostError`, `ActorStoppedError` when the actor was ended
   * before its `setup` was done, or a `TypeError` when an argument cannot cross.
   */
  spawn<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
    ...args: A
  ): Promise<ActorRef<H>> {
    return spawn(this.#host, definition, args, this.#host) as unknown as Promise<ActorRef<H>>;
  }

  /**
   * Runs a task on the least loaded worker, or where its options say, and promises its result. The arguments are
   * captured at the call, like those of a message.
   *
   * @throws Rejects with the task's error, the reason of its `signal`, a `TimeoutError` `DOMException` after its
   * `timeoutMs`, `HostLostError`, or a `TypeError` when an argument or the result cannot cross.
   */
  run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>> {
    return run(this.#host, task, args) as Promise<Awaited<R>>;
  }

  /**
   * Gives a reference to a keyed actor, at once and without asking anybody: it is activated by its first message, on the
   * worker that its key belongs to.
   *
   * @throws {TypeError} when the definition does not come from `keyed()`, or the key is no text of 1 to 512 characters
   * without control characters.
   * @throws {DefinitionError} when another definition of the system has the same kind.
   */
  at<H>(definition: KeyedDefinition<H>, key: string): KeyedRef<H> {
    if (!(definition instanceof DefinedKeyed)) {
      throw new TypeError("Cannot address actor: the first argument must come from keyed()");
    }
    return this.#host.keyed.at(definition, key) as unknown as KeyedRef<H>;
  }

  /**
   * Finds a running actor by its name: `await system.find<typeof counter>("hits")`. From a worker one round trip.
   *
   * @returns `undefined` when there is none.
   */
  // deno-lint-ignore no-explicit-any -- inference needs it
  find<D extends ActorDefinition<any, any>>(name: string): Promise<RefOf<D> | undefined> {
    return find(this.#host, name) as Promise<RefOf<D> | undefined>;
  }

  /**
   * The alarms of all durable actors, the next one first.
   *
   * @throws {TypeError} Rejects when the system has no store.
   * @throws {StoreError} Rejects when they cannot be read.
   */
  async alarms(): Promise<SystemAlarm[]> {
    const { settings, keyed } = this.#host;
    if (settings.durability === null) {
      throw new TypeError(
        "Cannot list alarms: give the system a store: new ActorSystem({ store })",
      );
    }
    return (await keyed.alarms()).map(({ kind, key, name, due, handler, attempts, failure }) => {
      return { kind, key, name, due: new Date(due), handler, attempts, failure };
    });
  }

  /** How many messages were not handled; on a worker only those noticed there. */
  get deadLetters(): number {
    return this.#host.reports.deadLetters;
  }

  /**
   * Ends everything: refuses messages from outside the actors, stops timers, waits for tasks and the jobs of pools, lets
   * mailboxes drain, stops the actors in reverse order of start, and ends the workers. Afterwards nothing of the system
   * keeps the process alive. Harmless when called again; on any of its threads.
   *
   * None of them may keep the others from stopping in time: what takes more than half of the time that is left goes on
   * while the next ones stop. A turn of one of its actors can begin it, but not wait for it.
   *
   * @returns The names of what did not end in time. A Web Worker in an endless loop goes on using a core until the
   * process ends, and keeps it alive: end it with `Deno.exit()`. On a worker it never resolves, since that ends first.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   * @throws {DeadlockError} when it is awaited within a turn of an actor: the shutdown, which has begun, waits for that
   * turn.
   */
  shutdown(options: ShutdownOptions = {}): Promise<ShutdownResult> {
    const turn = currentTurn();
    const { timeoutMs } = options;
    try {
      checkMs("shut down", "timeoutMs", timeoutMs);
    } catch (error) {
      return Promise.reject(error);
    }
    const ended = this.#shutDown(timeoutMs);
    if (turn === null || turn.cell!.environment !== this.#host) return ended;
    const handler = `${turn.cell!.label}.${turn.label}`;
    const refused = Promise.reject(new DeadlockError([handler], "wait for the shutdown"));
    // Whoever does not wait has done nothing wrong.
    refused.catch(() => {});
    ended.catch(() => {});
    return refused;
  }

  async #shutDown(timeoutMs: number | undefined): Promise<ShutdownResult> {
    const { coordinator, settings, directory } = this.#host;
    if (coordinator === null) {
      return await directory.ask(["shutdown", limitFor(timeoutMs)]) as ShutdownResult;
    }
    const abandoned = await coordinator.shutdown(timeoutMs ?? settings.shutdownMs);
    this.#signals?.();
    this.#signals = null;
    this.#host.close();
    return { abandoned };
  }

  /** Calls {@linkcode ActorSystem.shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** Listens to an event of the system. */
  override addEventListener<K extends keyof SystemEvents>(
    type: K,
    listener: ((event: CustomEvent<SystemEvents[K]>) => void) | EventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  /** Listens no more. */
  override removeEventListener<K extends keyof SystemEvents>(
    type: K,
    listener: ((event: CustomEvent<SystemEvents[K]>) => void) | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  #dispatch<K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]): void {
    const event = new CustomEvent(type, { detail, cancelable: true });
    const isUnheard = this.dispatchEvent(event);
    if (type !== "error" || !isUnheard || this.#host.index !== 0) return;
    const { ref, handler, host, error } = detail as SystemEvents["error"];
    const what = ref === undefined
      ? `Uncaught error in worker ${host}`
      : `"${handler}" of actor "${ref.name ?? ref.id}" failed`;
    // deno-lint-ignore no-console -- a failure that nobody waits for must not go unseen
    console.error(`${what}:`, error);
  }

  #listenToSignals(): void {
    const signals: Deno.Signal[] = ["SIGINT", "SIGTERM"];
    const onSignal = async () => {
      this.#signals?.();
      this.#signals = null;
      const { abandoned } = await this.shutdown();
      if (!this.#host.coordinator!.isStuck) return;
      // deno-lint-ignore no-console -- nobody else hears of it
      console.error(`Ended in spite of what would not stop: ${abandoned.join(", ")}`);
      Deno.exit(1);
    };
    for (const signal of signals) Deno.addSignalListener(signal, onSignal);
    this.#signals = () => {
      for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
    };
  }
}

function startHost(options: ActorSystemOptions): Host {
  const doing = "create ActorSystem";
  checkCount(doing, "workers", options.workers, 0);
  checkWord(doing, "worker", options.worker, WORKER_KINDS);
  checkMs(doing, "askTimeoutMs", options.askTimeoutMs);
  checkMs(doing, "startTimeoutMs", options.startTimeoutMs);
  checkMs(doing, "shutdownMs", options.shutdownMs);
  checkMs(doing, "unresponsiveMs", options.unresponsiveMs);
  const url = moduleUnderImport();
  if (url !== undefined) {
    throw new DefinitionError(
      `Cannot create ActorSystem: ${url} is being imported for a worker; put what only the main ` +
        "program does under if (import.meta.main) { ... }",
    );
  }
  const {
    askTimeoutMs = 30_000,
    startTimeoutMs = 10_000,
    shutdownMs = 5_000,
    unresponsiveMs = Infinity,
  } = options;
  const { workers = thread().platform.cores, worker = "web" } = options;
  const limits = { askTimeoutMs, startTimeoutMs, shutdownMs, unresponsiveMs };
  const { kinds = [] } = options;
  for (const definition of kinds) {
    if (definition instanceof DefinedKeyed) continue;
    throw new TypeError(`Cannot ${doing}: each of its kinds must come from keyed()`);
  }
  const { store } = options;
  if (store !== undefined && !(store?.definition instanceof DefinedActor)) {
    throw new TypeError(
      `Cannot ${doing}: store must come from a store's own function, as sqlite()`,
    );
  }
  const settings = {
    ...limits,
    workers,
    kinds: kinds.map(({ kind }) => kind),
    durability: store?.durability ?? null,
  };
  const systemId = thread().platform.uuid();
  const host = new Host(systemId, 0, false, settings, thread().platform.clock);
  if (options.transport !== undefined) {
    host.links.lines = linesOf(options.transport);
    host.transportModule = options.transport.module;
  }
  const coordinator = new Coordinator(host, workers, worker);
  host.lead(coordinator);
  const definitions = kinds as unknown as readonly DefinedKeyed<unknown>[];
  for (const definition of definitions) coordinator.kinds.add(definition);
  if (definitions.some(({ options: { keep = [] } }) => keep.length > 0)) {
    const kept = host.kept = new Kept(host, definitions);
    // Their `setup` finds the system, which is being made.
    host.clock.soon(() => kept.start());
  }
  if (store !== undefined) {
    const durable = new DurableLeader(host, store, definitions, host.keyed.handles);
    host.durable = coordinator.durable = durable;
    durable.start();
  }
  return host;
}
