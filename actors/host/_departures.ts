import { flushLinks } from "../../channels/link/link.ts";
import { handedOver, isHandingOver } from "../../channels/link/line.ts";
import { allSent } from "../../channels/waits/unsent.ts";
import { within } from "../cell/children.ts";
import type { Runtime } from "../lifecycle/runtime.ts";
import { DEPARTED } from "../messaging/protocol.ts";

/** What host 0 is told of the end of what it has placed; with the only actor of a thread of its own that thread ends. */
export class Departures {
  readonly #host: Runtime;

  constructor(host: Runtime) {
    this.#host = host;
  }

  /**
   * Something that host 0 placed on this host or another has ended.
   *
   * @param isInOrder Whether it ended by itself or was stopped, so that what it has sent is to arrive.
   */
  departed(at: number, isInOrder: boolean): void {
    const { coordinator, isOwn, index } = this.#host;
    if (coordinator !== null) coordinator.departed(at);
    else if (isOwn && at === index) void this.#leave(isInOrder);
    else this.#tell(at, isInOrder);
  }

  /**
   * This thread is ended by host 0; but not before it has passed on what came for pipe ends that have left it, and
   * what it has sent has its place. Nobody waits for that; where a channel stays full it is lost in the end.
   */
  async #leave(isInOrder: boolean): Promise<void> {
    const { clock, settings, index } = this.#host;
    // The platform tells of a rejection that nobody caught when the turn of the event loop is over.
    if (isInOrder) await new Promise<void>(clock.yieldTo);
    // What was killed goes on until the thread ends: that must not take a moment longer than it has to.
    if (isInOrder || isHandingOver()) {
      const sent = isInOrder ? allSent() : undefined;
      await within(clock, settings.shutdownMs, Promise.all([handedOver(), sent]));
      flushLinks();
    }
    this.#tell(index, isInOrder);
  }

  #tell(at: number, isInOrder: boolean): void {
    const { links, actors } = this.#host;
    links.tryPeer(0)?.link.send([DEPARTED, at, actors.isIdle, isInOrder]);
  }

  /** Waits until what was sent here has its place, but not longer than `ms` milliseconds. */
  async sendAll(ms: number): Promise<void> {
    await within(this.#host.clock, ms, allSent());
    flushLinks();
  }
}
