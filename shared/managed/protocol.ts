import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";

/** What a manager can make. */
export type ManagedKind =
  | "list"
  | "map"
  | "set"
  | "namespace"
  | "value"
  | "queue"
  | "lock"
  | "barrier"
  | "custom";

/** Identifies a handle on its way: the thread that it has left, and its number there. */
export type Passage = readonly [thread: number, number: number];

/** A manager that lives on the thread where a handle arrives. */
export interface ManagerHere {
  /** Gives the one handle of the object that is kept on this thread. */
  arrived(id: number, passage: Passage): object;
}

/** A manager as the handles of one thread see it. */
export interface ManagerClient {
  /** What tells handles of one manager from those of others. */
  readonly manager: object;
  /** What crosses to another thread, to find the manager there. */
  readonly token: readonly unknown[];
  /** How long a call may take without a limit of its own, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the manager is known to have ended. */
  readonly isOver: boolean;
  /** Aborts a wait when the manager ends; gives what undoes that. */
  endWith(wait: AbortController): () => void;
  call(id: number, method: string, args: unknown[], limits: WaitOptions | null): Promise<unknown>;
  /** Calls and blocks the thread until the answer is there. */
  callSync(id: number, method: string, args: unknown[], limits: WaitOptions | null): unknown;
  /** @throws {Error} when the manager lives on this very thread. */
  checkBlocking(): void;
  /** There is one handle more in this thread. */
  hold(id: number): void;
  /** There is one handle less; `isKept`: it is one that the manager keeps on its own thread. */
  release(id: number, isKept: boolean): void;
  /** A handle leaves for another thread; gives its number. */
  lend(id: number): number;
}
