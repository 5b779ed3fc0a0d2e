import { ActorSystem, type ActorSystemOptions } from "../actors/system/actor_system.ts";
import type { SystemEvents } from "../actors/vocabulary/system_events.ts";
import { checkCount, checkFunction, checkGivenMs } from "../channels/vocabulary/checks.ts";
import type { Partition, SimulatedWorld, UntilOptions } from "./simulated_world.ts";
import { SimulatedError } from "./simulation/faults.ts";
import type { SimulatedThread } from "./simulation/thread.ts";
import type { World } from "./simulation/world.ts";

const UNTIL_MS = 60_000;
/** How seldom `until()` asks in the end. */
const SELDOM_MS = 64;

/** See {@linkcode SimulatedWorld}. */
export class ProgramWorld implements SimulatedWorld {
  readonly seed: number;
  readonly calm: () => void;
  readonly #world: World;
  readonly #hosts: number;
  readonly #systems: ActorSystem[] = [];

  /** @param hosts Workers of a system. */
  constructor(world: World, seed: number, hosts: number, calm: () => void) {
    this.#world = world;
    this.seed = seed;
    this.calm = calm;
    this.#hosts = hosts;
  }

  get now(): number {
    return this.#world.now;
  }

  system(options: ActorSystemOptions = {}): ActorSystem {
    const system = new ActorSystem({ workers: this.#hosts, ...options });
    system.addEventListener("error", ignoreSimulated);
    this.#systems.push(system);
    return system;
  }

  async sleep(ms: number): Promise<void> {
    checkGivenMs("sleep", "ms", ms);
    if (ms === Infinity) throw new RangeError("Cannot sleep: ms must be finite");
    await this.#world.sleep(ms);
  }

  async until(
    isDone: () => unknown,
    { withinMs = UNTIL_MS }: UntilOptions = {},
  ): Promise<void> {
    checkFunction("wait", "isDone", isDone);
    checkGivenMs("wait", "withinMs", withinMs);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    let isLate = false;
    const giveUp = () => {
      isLate = true;
      resolve();
    };
    const timer = this.#world.main.own.platform.clock.setTimer(giveUp, withinMs);
    try {
      for (let ms = 1; !await Promise.race([isDone(), late]); ms = Math.min(2 * ms, SELDOM_MS)) {
        if (!isLate) await Promise.race([this.sleep(ms), late]);
        // Here, so that its stack names who waits.
        if (isLate) throw new Error(`Not so within ${withinMs} ms: ${isDone}`);
      }
    } finally {
      timer.cancel();
    }
  }

  kill(host: number, error?: Error): void {
    for (const thread of this.#threads("kill", host)) this.#world.kill(thread, error ?? null);
  }

  hang(host: number, ms: number): void {
    checkGivenMs("hang", "ms", ms);
    for (const thread of this.#threads("hang", host)) thread.hang(ms);
  }

  slow(host: number, times: number): void {
    if (!(times > 0)) throw new RangeError(`Cannot slow: times must be > 0, received ${times}`);
    for (const thread of this.#threads("slow", host)) thread.slowness *= times;
  }

  partition(some: readonly number[], others: readonly number[]): Partition {
    for (const host of [...some, ...others]) checkCount("cut off", "a host", host, 0);
    const heal = this.#world.cuts.add(some.map(nameOf), others.map(nameOf));
    return { heal, [Symbol.dispose]: heal };
  }

  /** Ends the systems. */
  async end(): Promise<void> {
    for (const system of this.#systems) await system.shutdown();
  }

  #threads(doing: string, host: number): SimulatedThread[] {
    checkCount(doing, "the number of a worker", host, 1);
    const name = nameOf(host);
    return this.#world.alive.filter((thread) => thread.name === name && this.#world.canDie(thread));
  }
}

const nameOf = (host: number) => host === 0 ? "main" : `troupe host ${host}`;

function ignoreSimulated(event: Event): void {
  const { detail } = event as CustomEvent<SystemEvents["error"]>;
  if (detail.error instanceof SimulatedError) event.preventDefault();
}
