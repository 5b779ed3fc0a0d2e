import type { HostLostError } from "../../channels/vocabulary/errors.ts";

/** A host that has ended. */
interface LostHost {
  readonly error: HostLostError;
  /** What is to be sent to it when it is back; `null` when it will not be. */
  deferred: (() => void)[] | null;
  /** Resolves to whether it is back. */
  readonly fate: PromiseWithResolvers<boolean>;
}

/**
 * The hosts that have ended, as one host knows them. Until it is decided whether such a host comes back, what is for
 * it waits here, in order.
 */
export class LostHosts {
  readonly #hosts = new Map<number, LostHost>();
  /** What goes on about a host, and what comes after it. */
  readonly #steps = new Map<number, Promise<void>>();

  has(at: number): boolean {
    return this.#hosts.has(at);
  }

  errorOf(at: number): HostLostError | undefined {
    return this.#hosts.get(at)?.error;
  }

  /** A host has ended; false when that is known. */
  add(at: number, error: HostLostError): boolean {
    if (this.#hosts.has(at)) return false;
    this.#hosts.set(at, { error, deferred: [], fate: Promise.withResolvers() });
    return true;
  }

  /** Whether the work was put off because it is not decided yet whether the host comes back. */
  defer(at: number, work: () => void): boolean {
    const deferred = this.#hosts.get(at)?.deferred ?? null;
    deferred?.push(work);
    return deferred !== null;
  }

  /**
   * Does what one is told of a host, once what it was told before is done. To mourn takes time: one that is told
   * meanwhile that the host is back must not reach for it before it has said that it mourned, or what it says first is
   * taken as meant for the lost thread.
   */
  async inOrder(at: number, step: () => void | Promise<void>): Promise<void> {
    const before = this.#steps.get(at);
    const over = before === undefined ? step() : before.finally(step);
    if (over === undefined) return;
    this.#steps.set(at, over);
    try {
      await over;
    } finally {
      if (this.#steps.get(at) === over) this.#steps.delete(at);
    }
  }

  /** Forgets a host that will not be back by itself, because it is to be started anew; whether it was one. */
  renew(at: number): boolean {
    const host = this.#hosts.get(at);
    return host !== undefined && host.deferred === null && this.#hosts.delete(at);
  }

  /** Resolves to whether a host is there (again) once that is decided. */
  fate(at: number): Promise<boolean> {
    return this.#hosts.get(at)?.fate.promise ?? Promise.resolve(true);
  }

  /** It is decided: what was put off is done now. */
  decide(at: number, isBack: boolean): void {
    const host = this.#hosts.get(at);
    if (host === undefined || host.deferred === null) return;
    const { deferred } = host;
    host.deferred = null;
    if (isBack) this.#hosts.delete(at);
    host.fate.resolve(isBack);
    for (const work of deferred) work();
  }

  /** No host comes back any more. */
  close(): void {
    for (const at of [...this.#hosts.keys()]) this.decide(at, false);
  }
}
