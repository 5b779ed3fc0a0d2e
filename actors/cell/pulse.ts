import type { Timer } from "../../channels/thread/clock.ts";
import type { ObservedActor, ObservedTurn, Observer } from "../vocabulary/observer.ts";
import { thread } from "../../channels/thread/thread.ts";

/** What a thread does at a moment. */
export interface Activity {
  readonly serial: number;
  /** Name or id of the actor. */
  readonly actor: string;
  readonly handler: string;
}

// Layout: the serial as a double, two counters, the names.
const BEATS = 0;
const BYTES = 1;
const COUNTERS_AT = 8;
const NAMES_AT = 16;
// A longer name is cut.
const MAX_BYTES = 512;
// A thread beats so often within the time that it may take.
const BEATS_PER_LIMIT = 4;

/**
 * A thread's heartbeat in shared memory: another thread sees that it has stopped, and in which handler, also when
 * neither of them handles messages.
 */
export class Pulse implements Observer {
  readonly memory: SharedArrayBuffer;
  readonly #serial: Float64Array;
  readonly #counters: Int32Array;
  readonly #names: Uint8Array;
  readonly #encoder = new TextEncoder();

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(NAMES_AT + MAX_BYTES)) {
    this.memory = memory;
    this.#serial = new Float64Array(memory, 0, 1);
    this.#counters = new Int32Array(memory, COUNTERS_AT, 2);
    this.#names = new Uint8Array(memory, NAMES_AT);
  }

  /** Beats from now on. */
  start(limitMs: number): void {
    const beat = () => {
      Atomics.add(this.#counters, BEATS, 1);
      thread().platform.clock.setRealTimer(beat, limitMs / BEATS_PER_LIMIT).keepAlive(false);
    };
    beat();
  }

  turnBegan({ serial, label }: ObservedActor, turn: ObservedTurn): void {
    const { written } = this.#encoder.encodeInto(`${turn.label}\n${label}`, this.#names);
    this.#counters[BYTES] = written;
    this.#serial[0] = serial;
  }

  turnLeft(): void {
    this.#serial[0] = 0;
  }

  /** What the thread does, if that is a turn of an actor. */
  get activity(): Activity | null {
    const serial = this.#serial[0]!;
    if (serial === 0) return null;
    const text = new TextDecoder().decode(this.#names.slice(0, this.#counters[BYTES]));
    const [handler = "", actor = ""] = text.split("\n");
    return { serial, actor, handler };
  }

  /**
   * Calls back once when the thread has not beaten for so long. Time in which this thread itself was busy does not
   * count against the other one.
   */
  watch(
    limitMs: number,
    setTimer: (fn: () => void, ms: number) => Timer,
    onStopped: () => void,
  ): Pick<Timer, "cancel"> {
    const everyMs = limitMs / BEATS_PER_LIMIT;
    let beats = Atomics.load(this.#counters, BEATS);
    let missed = 0;
    let timer: Timer;
    const look = () => {
      const now = Atomics.load(this.#counters, BEATS);
      missed = now === beats ? missed + 1 : 0;
      beats = now;
      if (missed >= BEATS_PER_LIMIT) return onStopped();
      timer = setTimer(look, everyMs);
    };
    timer = setTimer(look, everyMs);
    return { cancel: () => timer.cancel() };
  }
}
