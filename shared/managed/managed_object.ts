import { Adoption } from "../../channels/vocabulary/adoption.ts";
import { ABANDON } from "../../channels/message/abandon.ts";
import { checkMs, checkOptions, checkSignal } from "../../channels/vocabulary/checks.ts";
import {
  HANDLE,
  type HandleOutlet,
  type HandleToken,
  HERE,
} from "../../channels/message/handle.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { ManagedKind, ManagerClient } from "./protocol.ts";

/** What a handle stands for. */
export interface Seat {
  readonly client: ManagerClient;
  readonly kind: ManagedKind;
  readonly id: number;
  readonly limits: WaitOptions | null;
  /** Shared by a handle and what `with()` makes of it. */
  readonly life: { isDisposed: boolean };
  /** Whether the manager keeps it inside of other objects; such a one is never disposed. */
  readonly isKept?: boolean;
  /** The handle that this one was made of, which must not be collected before. */
  readonly origin?: ManagedObject;
}

const adoption = new Adoption<Seat>();

/** Makes a handle. */
export function makeHandle<T extends ManagedObject>(seat: Seat, Class: new () => T): T {
  return adoption.with(seat, () => new Class());
}

// By the handle, or by the proxy in front of it.
const seats = new WeakMap<object, Seat>();

/** What a handle stands for. */
export function seatOf(handle: object): Seat {
  return seats.get(handle)!;
}

/** Lets a proxy stand for a handle. */
export function standFor(proxy: object, handle: object): void {
  seats.set(proxy, seatOf(handle));
}

// Handles that nobody has disposed.
const collected = new FinalizationRegistry<Seat>(dispose);

function dispose({ client, id, life, isKept = false }: Seat): void {
  if (life.isDisposed) return;
  life.isDisposed = !isKept;
  client.release(id, isKept);
}

/** Makes a handle that is counted: its manager has been told of it, and hears when it is disposed or collected. */
export function newHandle<T extends ManagedObject>(
  client: ManagerClient,
  kind: ManagedKind,
  id: number,
  Class: new () => T,
): T {
  const seat: Seat = { client, kind, id, limits: null, life: { isDisposed: false } };
  const handle = makeHandle(seat, Class);
  collected.register(handle, seat);
  return handle;
}

/**
 * A handle of an object that lives in a {@linkcode Manager}; what all kinds have in common.
 *
 * All members of all kinds are methods that return promises, but for `with()`, which gives a handle.
 *
 * It can be part of any message to a thread of the manager's system, and be stored in other managed objects, also those
 * of other managers: what arrives is a handle of the same object.
 * Values are copied on their way in and out, so only what goes through a handle changes the object. An object is freed
 * when no thread has a handle of it and no other object that is reached holds one; `dispose` says early that this handle
 * is not used any more, else the garbage collector does. Sending a handle and then disposing it is fine. What a thread
 * had ends with it; a handle in a message that nobody ever reads keeps its object as long as the manager lives, and so
 * does a circle through several managers.
 *
 * Cost: one round trip for each call.
 */
export abstract class ManagedObject implements Disposable {
  /** @throws {TypeError} Always: a manager makes them. */
  constructor() {
    const seat = adoption.take();
    if (seat === null) {
      throw new TypeError(`Cannot create ${this.constructor.name}: it is made by a Manager`);
    }
    seats.set(this, seat);
  }

  /**
   * The same handle with other limits for its calls; the default is the system's `askTimeoutMs`. Disposing one disposes
   * the other.
   *
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   * @throws {TypeError} when `signal` is no `AbortSignal`.
   */
  with(limits: WaitOptions): this {
    const doing = "call managed object";
    checkOptions(doing, limits);
    checkMs(doing, "timeoutMs", limits.timeoutMs);
    checkSignal(doing, limits.signal);
    const seat = seatOf(this);
    const Class = this.constructor as new () => this;
    return makeHandle({ ...seat, limits: { ...seat.limits, ...limits }, origin: this }, Class);
  }

  /** Gives this handle up; twice is harmless. */
  [Symbol.dispose](): void {
    dispose(seatOf(this));
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    const { client, kind, id } = seatOf(this);
    checkOpen(this);
    // Counted only once the message is certain to leave.
    const passage = outlet.move({
      check() {},
      move: () => ({ value: client.lend(id), transfers: [] }),
    });
    return ["shared.managed", kind, id, thread().number, passage, ...client.token];
  }

  /** @ignore */
  [HERE](outlet: HandleOutlet): number {
    checkOpen(this);
    return outlet.move({
      check() {},
      move: () => ({ value: again(this), transfers: [] }),
    });
  }

  /** @ignore */
  [ABANDON](): void {
    this[Symbol.dispose]();
  }
}

/** Another handle of the same object in the same thread. */
function again<T extends ManagedObject>(handle: T): T {
  const { client, kind, id } = seatOf(handle);
  client.hold(id);
  return newHandle(client, kind, id, handle.constructor as new () => T);
}

function checkOpen(handle: ManagedObject): void {
  if (seatOf(handle).life.isDisposed) throw new Error("is a managed handle that was disposed here");
}

/** Whether calls with this handle are refused: it was disposed, or the manager has ended. */
export function isUnusable(object: ManagedObject): boolean {
  const { client, life } = seatOf(object);
  return life.isDisposed || client.isOver;
}

/** The limits of a call with this handle. */
export function limitsOf(object: ManagedObject): WaitOptions {
  const { client, limits } = seatOf(object);
  return { signal: limits?.signal, timeoutMs: limits?.timeoutMs ?? client.timeoutMs };
}

/** Calls a method of a managed object. */
export function call(object: ManagedObject, method: string, ...args: unknown[]): Promise<unknown> {
  const { client, id, limits, life } = seatOf(object);
  if (life.isDisposed) {
    return Promise.reject(new TypeError(`Cannot call "${method}": the handle was disposed`));
  }
  return client.call(id, method, args, limits);
}
