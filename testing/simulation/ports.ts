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
interface Held {
  readonly data: unknown;
  readonly from: SimulatedThread;
}

/** One side of a channel, whatever thread it is on. */
class Side {
  other!: Side;
  readonly held: Held[] = [];
  /** The thread that listens. */
  listener: SimulatedThread | null = null;
  /** What it is on that thread. */
  port: SimulatedPort | null = null;
  isClosed = false;

  readonly #world: PortsWorld;

  constructor(world: PortsWorld) {
    this.#world = world;
  }

  take(data: unknown): void {
    const held = { data, from: this.#world.current };
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
    if (this.held.length > 0) this.port?.deliver(this.held.shift()!.data);
  }
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
    const data = clone(message, transfers);
    if (!this.side.other.isClosed) this.side.other.take(data);
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
    while (side.held.length > 0) side.deliver();
    side.isClosed = true;
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
export function clone(message: unknown, transfers: Transferable[]): unknown {
  if (typeof message === "string") return message;
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
  const moved = new Map<unknown, unknown>(ports.map((port) => [port, port.move()]));
  return replaced(copy, (value) => {
    if (!Mark.isMark(value)) return value;
    const it = instead[value.index];
    return moved.get(it) ?? it;
  });
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
export function simulatedPorts(world: PortsWorld): Ports {
  const own = (port: MessagePort) => {
    if (!isSimulated(port)) throw new TypeError("Cannot simulate a port of the real platform");
    return port as MessagePort & SimulatedPort;
  };
  return {
    channel() {
      const [left, right] = [new Side(world), new Side(world)];
      left.other = right;
      right.other = left;
      const [port1, port2] = [new SimulatedPort(world, left), new SimulatedPort(world, right)];
      return { port1, port2 } as unknown as Pick<MessageChannel, "port1" | "port2">;
    },
    // Real ones are closed when what they belong to is collected meanwhile.
    close: (port) => isSimulated(port) ? port.close() : realPlatform.ports.close(port),
    isOpen: (port) =>
      isSimulated(port) ? port.side?.isClosed === false : realPlatform.ports.isOpen(port),
    isListenedTo: (port) => own(port).side?.listener !== null,
    move: <T extends Transferable>(list: T[]) => clone(list, list) as T[],
  };
}
