/**
 * The seam by which values with an identity (actor references, definitions, channels, shared objects) take part
 * in packing: they carry a method under {@linkcode HANDLE}, and their module registers how to bring them back.
 *
 * @module
 */
import { declareModule, loadFailures } from "../thread/own_modules.ts";
import { checkCame } from "../vocabulary/malformed.ts";

/** What a handle may do while it is being captured. */
export interface HandleOutlet {
  /** Whether what is captured is kept for another time, when nothing of this process is there. */
  readonly isKept: boolean;
  /** Adds a value that travels beside the text (a shared buffer) and returns its index. */
  attach(value: unknown): number;
  /** Adds what is made only when the message is accepted (a port), and returns its index. */
  move(thing: Movable): number;
}

/** Something that leaves this place when a message is accepted, and stays when the message is refused. */
export interface Movable {
  /** Whether nothing of it stays here, so that it cannot be sent a second time. */
  readonly goesOnce?: boolean;
  /** @throws {Error} when it cannot leave now; the message completes "args[0] ...". */
  check(): void;
  /** Leaves; cannot fail after a check in the same turn. */
  move(): Moved;
  /** Makes what travels anew, for a message that is sent once more; not there when something has really left. */
  again?(): Moved;
}

/** What travels instead of a {@linkcode Movable}. */
export interface Moved {
  readonly value: unknown;
  readonly transfers: readonly Transferable[];
}

type Relay = (signal: AbortSignal) => Movable;

let relay: Relay = () => {
  throw new Error("Cannot send AbortSignal: nothing passes its abort on");
};

/** Registers what keeps a signal live in a message that reaches its receiver by way of others. */
export function registerRelay(make: Relay): void {
  relay = make;
}

/** What keeps a signal live in a message that reaches its receiver by way of others. */
export function relayOf(signal: AbortSignal): Movable {
  return relay(signal);
}

/** How a handle crosses: the tag of its kind, and data that is valid JSON. */
export type HandleToken = readonly [tag: string, ...data: unknown[]];

/** Key of the method by which a value says that it crosses as a handle. */
export const HANDLE: unique symbol = Symbol("troupe.handle");
/** Key of the method by which a handle says what stands for it on its own thread, when that is not itself. */
export const HERE: unique symbol = Symbol("troupe.here");

/** A value that crosses threads by identity, not by content. */
export interface Handle {
  /**
   * Describes the value for another thread.
   *
   * @throws {Error} when it cannot reach the other side; the message completes "args[0] ...".
   */
  [HANDLE](outlet: HandleOutlet): HandleToken;
  /** Gives the index of the attachment that takes its place in a message to this thread. */
  [HERE]?(outlet: HandleOutlet): number;
}

/** Brings a handle of one kind back from its data; `attachment` gives what was attached, by index. */
export type HandleReviver = (
  data: readonly unknown[],
  attachment: (index: number) => unknown,
) => unknown;

const revivers = new Map<string, HandleReviver>();

/**
 * Registers how handles with this tag are brought back in this thread.
 *
 * @param module The module that does so, for kinds that other threads may not know before one arrives.
 */
export function registerHandle(tag: string, revive: HandleReviver, module?: string): void {
  revivers.set(tag, revive);
  if (module !== undefined) declareModule(tag, module);
}

/**
 * Brings a handle back.
 *
 * @param allowed The only kinds that may come, by tag; without it all that are registered.
 */
export function reviveHandle(
  token: HandleToken,
  attachment: (index: number) => unknown,
  allowed?: ReadonlyMap<string, HandleReviver>,
): unknown {
  checkCame(Array.isArray(token) && typeof token[0] === "string", "handle");
  const [tag, ...data] = token;
  if (allowed !== undefined) return reviveAllowed(allowed.get(tag), tag, data);
  const revive = revivers.get(tag);
  if (revive === undefined) {
    const module = tag.startsWith("shared.") ? "@troupe/actors/shared" : "the module that knows it";
    const [cause] = loadFailures();
    throw new TypeError(
      `Cannot receive message: a handle of unknown kind "${tag}": import ${module} in this thread`,
      cause === undefined ? undefined : { cause },
    );
  }
  return revive(data, attachment);
}

function reviveAllowed(revive: HandleReviver | undefined, tag: string, data: unknown[]): unknown {
  if (revive !== undefined) return revive(data, () => checkCame(false, "handle"));
  throw new TypeError(
    `Cannot receive message: a handle of kind "${tag}" may not come from outside of the process`,
  );
}

/** Whether a value crosses as a handle. */
export function isHandle(value: object): value is Handle {
  return HANDLE in value;
}

/** Whether a message to its own thread holds the value itself. */
export function staysItself(value: object): boolean {
  return HANDLE in value && !(HERE in value);
}
