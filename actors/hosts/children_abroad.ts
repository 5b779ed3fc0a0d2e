import type { Child, Owner } from "../cell/children.ts";
import { Recent } from "../local/recent.ts";
import type { Culprit } from "../messaging/protocol.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";

/** An actor on another host as the one that started it sees it. */
export interface ChildAbroad {
  readonly at: number;
  readonly serial: number;
  /** Its address as a text. */
  readonly key: string;
  readonly owner: Owner;
  /** Whether it was lost with its host and is to start there again. */
  readonly isReturning: boolean;
  /** Its host has started it again of its own budget. */
  startsAgain(): void;
  /** Its incarnation has ended, and it waits. */
  failed(reason: ExitReason): void;
  /** It has come to its final end. */
  ended(reason: ExitReason): void;
  /** Its host is lost; whether it is to start again there. */
  lose(loss: ExitReason, culprit: Culprit | null): boolean;
  /** It does not start again: somebody elsewhere had told it to end. */
  forgo(): void;
  /** There is a new thread for its host. */
  hostIsBack(): void;
}

/** The actors on other hosts that were started from this one, and why those have ended that have. */
export class ChildrenAbroad {
  readonly #children = new Map<string, ChildAbroad>();
  readonly #reasons = new Recent<ExitReason>();
  /** Actors for which their hosts were ended, and what that makes of them. */
  readonly #culprits = new Map<string, ExitReason>();

  /** Notes an actor on another host as a child of somebody here. */
  adopt(child: ChildAbroad & Child): void {
    this.#children.set(child.key, child);
    child.owner.children.add(child);
  }

  /** The child with this serial on another host. */
  get(at: number, serial: number): ChildAbroad | undefined {
    return this.#children.get(`${at}.${serial}`);
  }

  /** All on one host. */
  on(at: number): ChildAbroad[] {
    return [...this.#children.values()].filter((child) => child.at === at);
  }

  /** An actor on another host has ended. */
  exited(at: number, serial: number, reason: ExitReason): void {
    const key = `${at}.${serial}`;
    this.note(at, serial, reason);
    const child = this.#children.get(key);
    this.#children.delete(key);
    child?.ended(reason);
  }

  /** Notes why an actor on another host has ended. */
  note(at: number, serial: number, reason: ExitReason): void {
    this.#reasons.note(`${at}.${serial}`, reason);
  }

  /** Notes for which actor a host was ended. */
  blame(at: number, { serial, reason }: Culprit): void {
    this.#culprits.set(`${at}.${serial}`, reason);
  }

  /** Why an actor on another host has ended, if that is known here. */
  reasonOf(at: number, serial: number): ExitReason | null {
    const key = `${at}.${serial}`;
    return this.#culprits.get(key) ?? this.#reasons.get(key) ?? null;
  }
}
