import process from "node:process";
import { closePort } from "../../channels/thread/port.ts";
import { flushLinks } from "../../channels/link/link.ts";
import { readJson, realNow } from "../../channels/vocabulary/kept.ts";
import { packValues, unpackValues } from "../../channels/packing/packed.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { transfer } from "../../channels/packing/transfer.ts";
import type { Ref } from "../../actors/messaging/ref.ts";
import { managerEnded } from "./ended.ts";
import { block } from "../words/blocking.ts";
import { IN_MEMORY, NONE, SyncMemory } from "./sync_memory.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";
import type { Waiting } from "../words/waiting.ts";

// Time to look out for an answer before the thread sleeps, and number of looks between two readings of the clock.
const LOOK_OUT_MS = 0.05;
const LOOKS = 50;

type Tell = Record<string, (...args: unknown[]) => void>;

/** How this thread calls a manager and blocks until the answer is there. */
export class SyncCaller {
  readonly #ref: Ref;
  readonly #thread: number;
  readonly #name = crypto.randomUUID();
  readonly #memory = new SyncMemory();
  readonly #port: MessagePort;
  /** Whether it cannot be used any more. */
  isClosed = false;

  constructor(ref: Ref, thread: number, life: string | null) {
    this.#ref = ref;
    this.#thread = thread;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const { buffer } = this.#memory;
    (ref.tell as Tell).addCaller!(this.#name, buffer, transfer(port2, [port2]), life);
  }

  /**
   * @throws {HostLostError} when the manager's thread has ended.
   * @throws {DOMException} `TimeoutError`; it is closed then, because its answer may still come.
   * @throws What the call throws.
   */
  call(id: number, method: string, args: unknown[], timeoutMs: number): unknown {
    const { words } = this.#memory;
    const { host } = this.#ref;
    if (host.refuses()) throw managerEnded(`call "${method}"`);
    const waiting = new AnswerWait(words, this.#thread, `call "${method}"`);
    if (timeoutMs === 0) throw timeoutError(waiting, 0);
    const { message, transfer: moved } = packValues(args, "message", "args");
    // Most move nothing, and are copied the short way.
    const packed = moved.length === 0 ? message : transfer(message, moved);
    Atomics.store(words, 0, NONE);
    (this.#ref.tell as Tell).callSync!(this.#name, id, method, packed);
    flushLinks();
    lookOut(words);
    if (!block(waiting, timeoutMs)) {
      (this.#ref.tell as Tell).removeCaller!(this.#name);
      this.close();
      throw timeoutError(waiting, timeoutMs);
    }
    if (waiting.isLost) throw new HostLostError(this.#ref.at);
    const [isOk, value] = this.#take();
    if (isOk) return value;
    throw value;
  }

  close(): void {
    this.isClosed = true;
    closePort(this.#port);
  }

  #take(): unknown[] {
    if (this.#memory.words[0] === IN_MEMORY) {
      const payload = readJson(this.#memory.read());
      return unpackValues({ troupe: "packed", payload, attachments: [] }, false);
    }
    return unpackValues(receiveNow(this.#port), false);
  }
}

/** Most answers come at once; to look for them costs less than to sleep and be woken. */
function lookOut(words: Int32Array): void {
  const end = realNow() + LOOK_OUT_MS;
  do {
    for (let looks = 0; looks < LOOKS; looks++) if (Atomics.load(words, 0) !== NONE) return;
  } while (realNow() < end);
}

/** Takes the message that is there. */
function receiveNow(port: MessagePort): unknown {
  // Not imported: ports behave differently in a program that has loaded that module.
  const { receiveMessageOnPort } = process.getBuiltinModule("node:worker_threads");
  for (;;) {
    const received = receiveMessageOnPort(port as never);
    if (received !== undefined) return received.message;
  }
}

class AnswerWait implements Waiting {
  readonly missing = "no answer";
  readonly at = 0;
  readonly seen = NONE;
  readonly words: Int32Array;
  readonly doing: string;
  readonly #thread: number;
  isLost = false;

  constructor(words: Int32Array, thread: number, doing: string) {
    this.words = words;
    this.#thread = thread;
    this.doing = doing;
  }

  step(): boolean {
    return this.isLost || Atomics.load(this.words, 0) !== NONE;
  }

  suspects(): readonly number[] {
    return [this.#thread];
  }

  bury(thread: number): void {
    // It may have answered before.
    this.isLost = thread === this.#thread && Atomics.load(this.words, 0) === NONE;
  }

  leave(): void {}
}
