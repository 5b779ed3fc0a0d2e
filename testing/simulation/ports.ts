import { type Ports, realPlatform } from "../../channels/thread/platform.ts";
import type { SimulatedThread } from "./thread.ts";

/** What the ports need of their world. */
export interface PortsWorld {
  /** The thread that runs. */
  readonly current: SimulatedThread;
  /** Calls back once what one thread has sent may reach another one: at once, unless they are cut off. */
  whenReachable(from: SimulatedThread, to: SimulatedThread, callback: () => void): void;
}

/** What has come, and was not delivered. */
interface Held extends Copy {
  readonly from: SimulatedThread;
}

/** A message as it arrives. */
interface Copy {
  readonly data: unknown;
  /** What was moved with it. */
  readonly sides: readonly Side[];
}

/** In the place of a message: nothing more comes, and who waits for that is called back. */
const OTHER_GONE = { data: "the other port is gone", sides: [] } satisfies Copy;

/** One side of a channel, whatever thread it is on. */
class Side {
  other!: Side;
  readonly held: Held[] = [];
  /** The thread that listens. */
  listener: SimulatedThread | null = null;
  /** What it is on that thread. */
  port: SimulatedPort | null = null;
  isClosed = false;
  /** Who waits until the other side is gone. */
  readonly watchers = new Set<() => void>();
  /** The sides that the same thread has; `null` while it is in a message. */
  #kept: Set<Side> | null = null;
  /** By whom the other side has ended. */
  #otherEndedBy: SimulatedThread | null = null;
  readonly #world: PortsWorld;

  constructor(world: PortsWorld) {
    this.#world = world;
  }

  /** It is one of these from now on. */
  keep(among: Set<Side> | null): void {
    this.#kept?.delete(this);
    this.#kept = among?.add(this) ?? null;
  }

  take(copy: Copy): void {
    const held = { ...copy, from: this.#world.current };
    this.held.push(held);
    this.#announce(held);
  }

  listen(thread: SimulatedThread): void {
    if (this.listener !== null) return;
    this.listener = thread;
    this.held.forEach((each) => this.#announce(each));
  }

  #announce({ data, from }: Held): void {
    const { listener } = this;
    if (listener === null) return;
    const event = {
      what: `message from ${from.name}:`,
      data,
      stream: this,
      run: () => this.deliver(),
    };
    this.#world.whenReachable(from, listener, () => listener.expect(event));
  }

  deliver(): void {
    const held = this.held.shift();
    if (held === undefined) return;
    if (held.data === OTHER_GONE.data) return this.#callBack();
    keepHere(this.#world.current, held.sides);
    this.port?.deliver(held.data);
  }

  whenGone(callback: () => void): () => void {
    this.watchers.add(callback);
    this.#tellGone();
    return () => this.watchers.delete(callback);
  }

  /** It is gone, and with it what is in the messages that it holds. */
  end(by: SimulatedThread): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.keep(null);
    endAll(this.held.splice(0).flatMap(({ sides }) => sides), by);
    this.other.#otherEndedBy = by;
    this.other.#tellGone();
  }

  #callBack(): void {
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const callback of watchers) callback();
  }

  /** After what has come before. Most wait for no end, so that is no event. */
  #tellGone(): void {
    const from = this.#otherEndedBy;
    if (from === null || this.watchers.size === 0 || this.isClosed) return;
    const held = { ...OTHER_GONE, from };
    this.held.push(held);
    this.#announce(held);
  }
}

/** The sides that a thread has; `null` for one that has ended. */
const kept = new WeakMap<SimulatedThread, Set<Side> | null>();

function keepHere(thread: SimulatedThread, sides: readonly Side[]): void {
  const among = kept.getOrInsertComputed(thread, () => new Set());
  if (among === null) endAll(sides, thread);
  else for (const side of sides) side.keep(among);
}

function endAll(sides: readonly Side[], by: SimulatedThread): void {
  for (const side of sides) side.end(by);
}

/** A side of a channel as a thread knows it, until it is moved. */
class SimulatedPort extends EventTarget {
  /** `null` when it was moved. */
  side: Side | null;
  readonly #world: PortsWorld;
  #onmessage: ((event: MessageEvent) => void) | null = null;

  constructor(world: PortsWorld, side: Side) {
    super();
    this.#world = world;
    this.side = side;
    side.port = this;
  }

  get onmessage() {
    return this.#onmessage;
  }

  set onmessage(listener) {
    this.#onmessage = listener;
    if (listener !== null) this.side?.listen(this.#world.current);
  }

  postMessage(message: unknown, transfers: Transferable[] = []): void {
    const { current } = this.#world;
    if (this.side === null || this.side.isClosed || !current.isAlive) return;
    const copy = clone(message, transfers);
    if (this.side.other.isClosed) endAll(copy.sides, current);
    else this.side.other.take(copy);
  }

  deliver(data: unknown): void {
    const event = new MessageEvent("message", { data });
    this.dispatchEvent(event);
    this.#onmessage?.(event);
  }

  /** As in Deno: what it holds is delivered before, within the call. */
  close(): void {
    const { side } = this;
    if (side === null || side.isClosed) return;
    side.watchers.clear();
    while (side.held.length > 0) side.deliver();
    side.end(this.#world.current);
  }

  ref(): void {}
  unref(): void {}

  /** Leaves; gives what it is where it arrives. */
  move(): SimulatedPort {
    const side = this.side!;
    if (side.listener !== null) {
      throw new TypeError("Message port is not ready for transfer");
    }
    this.side = null;
    side.keep(null);
    return new SimulatedPort(this.#world, side);
  }
}
// `Deno.inspect` would look into the real one.
for (const key of Object.getOwnPropertySymbols(MessagePort.prototype)) {
  if (!key.description?.endsWith("privateCustomInspect")) continue;
  Object.defineProperty(SimulatedPort.prototype, key, { value: () => "MessagePort {}" });
}
// Those who look for ports find it.
Object.setPrototypeOf(SimulatedPort.prototype, MessagePort.prototype);

function isSimulated(thing: unknown): thing is SimulatedPort {
  return thing instanceof SimulatedPort;
}

/** Copies what is posted, moves what is to move, and leaves what is shared. */
function clone(message: unknown, transfers: Transferable[]): Copy {
  if (typeof message === "string") return { data: message, sides: [] };
  const ports = (transfers as unknown[]).filter(isSimulated);
  const transfer = transfers.filter((each) => !isSimulated(each));
  // What stands for something else in the structured clone, by number.
  const instead: unknown[] = [];
  const stands = (index: number) => new Mark(index);
  const marked = replaced(message, (value) => {
    if (isShared(value)) return stands(instead.push(value) - 1);
    if (!isSimulated(value)) return value;
    if (!ports.includes(value)) {
      throw new DOMException("A port has to be in the list", "DataCloneError");
    }
    return stands(instead.push(value) - 1);
  });
  const copy = structuredClone(marked, { transfer });
  const moved = new Map<unknown, SimulatedPort>(ports.map((port) => [port, port.move()]));
  const data = replaced(copy, (value) => {
    if (!Mark.isMark(value)) return value;
    const it = instead[value.index];
    return moved.get(it) ?? it;
  });
  return { data, sides: Array.from(moved.values(), ({ side }) => side!) };
}

/** A clone of it would be another object for the same memory, so that its waiters were not found by it. */
function isShared(value: unknown): boolean {
  return value instanceof SharedArrayBuffer ||
    ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer;
}

/** Stands for something in a structured clone, which leaves its fields. */
class Mark {
  readonly mark = "stands for something in a simulation";
  constructor(readonly index: number) {}

  static isMark(value: unknown): value is Mark {
    return typeof value === "object" && value !== null &&
      (value as Partial<Mark>).mark === "stands for something in a simulation";
  }
}

/** Copies lists and plain objects with what takes the place of their parts: ports stand nowhere else. */
function replaced(value: unknown, by: (value: unknown) => unknown): unknown {
  const instead = by(value);
  if (instead !== value || typeof value !== "object" || value === null) return instead;
  if (Array.isArray(value)) return value.map((each) => replaced(each, by));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, replaced(each, by)]),
  );
}

/** The ports of one world. */
export class SimulatedPorts implements Ports {
  readonly #world: PortsWorld;

  constructor(world: PortsWorld) {
    this.#world = world;
  }

  channel(): ReturnType<Ports["channel"]> {
    const [left, right] = [new Side(this.#world), new Side(this.#world)];
    left.other = right;
    right.other = left;
    keepHere(this.#world.current, [left, right]);
    const [port1, port2] = [left, right].map((side) => new SimulatedPort(this.#world, side));
    return { port1, port2 } as unknown as Pick<MessageChannel, "port1" | "port2">;
  }

  // Real ones are closed when what they belong to is collected meanwhile.
  close(port: MessagePort): void {
    if (isSimulated(port)) port.close();
    else realPlatform.ports.close(port);
  }

  isOpen(port: MessagePort): boolean {
    return isSimulated(port) ? port.side?.isClosed === false : realPlatform.ports.isOpen(port);
  }

  isListenedTo(port: MessagePort): boolean {
    return own(port).side?.listener !== null;
  }

  whenGone(port: MessagePort, callback: () => void): () => void {
    if (!isSimulated(port)) return realPlatform.ports.whenGone(port, callback);
    return port.side?.whenGone(callback) ?? (() => {});
  }

  move<T extends Transferable>(list: T[]): T[] {
    return this.copyFor(this.#world.current, list, list) as T[];
  }

  /** A message as another thread gets it, without a port. */
  copyFor(thread: SimulatedThread, message: unknown, transfers: Transferable[]): unknown {
    const { data, sides } = clone(message, transfers);
    keepHere(thread, sides);
    return data;
  }

  /** The ports of a thread that has ended are gone. */
  endAll(thread: SimulatedThread): void {
    const sides = kept.get(thread) ?? [];
    kept.set(thread, null);
    endAll([...sides], thread);
  }
}

function own(port: MessagePort): MessagePort & SimulatedPort {
  if (!isSimulated(port)) throw new TypeError("Cannot simulate a port of the real platform");
  return port as MessagePort & SimulatedPort;
}
