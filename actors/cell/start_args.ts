import { abandonItem, abandonValues } from "../../channels/message/abandon.ts";
import { capture, draftOf, settle } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { goesOnce } from "../../channels/packing/draft.ts";
import type { Packet } from "../../channels/message/packet.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { revive } from "../../channels/message/revival.ts";
import { copyHere } from "./copy_here.ts";

/**
 * The arguments of something that starts on a thread that may not be known yet. They are captured once, at the call:
 * what cannot cross is refused there, before anything has begun, and what is given away leaves there.
 */
export class StartArgs {
  /** As they are here. */
  #values: unknown[] | null = null;
  /** Captured for another thread, not sent yet. */
  #packet: Packet | null = null;
  #isFirst = true;

  /**
   * @param staysHere Whether it is certain that it starts on this thread.
   * @param again Whether it may have to start a second time; then buffers that are given away are copied when sent.
   * @throws {TypeError} when one cannot cross; nothing was changed then, no buffer moved.
   */
  constructor(args: unknown[], staysHere: boolean, again: boolean) {
    if (staysHere) {
      this.#values = copyHere(args, "message", "args");
      return;
    }
    const draft = draftOf(args, OVER_LINK, "message", "args");
    if (!again || isText(draft) || goesOnce(draft)) {
      this.#packet = settle(draft, "message", "args");
    } else if (draft.extras?.movables.size) {
      // What is made anew for each message has not been made yet.
      this.#values = copyHere(args, "message", "args");
    } else {
      // Not captured once more: a getter may give something else then.
      this.#values = reviveHere(settle(draft, "message", "args"));
    }
  }

  /**
   * The values, for this thread, or to be sent once more with something else.
   *
   * @throws {TypeError} when they have gone to another thread, and something in them can go only once.
   */
  here(): unknown[] {
    return this.#values ??= reviveHere(this.#take());
  }

  /** A copy of them for one start of several on this thread. */
  copy(): unknown[] {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return argsForLife(this.here(), isFirst);
  }

  /**
   * What is to be sent to another thread.
   *
   * @throws {TypeError} when they have gone to one, and something in them can go only once.
   */
  toSend(): Packet {
    return this.#values === null
      ? this.#take()
      : capture(this.#values, OVER_LINK, "message", "args");
  }

  /** Closes what they hold: nothing will start. */
  abandon(): void {
    if (this.#packet !== null) abandonItem(this.#packet);
    if (this.#values !== null) abandonValues(this.#values);
    this.#packet = this.#values = null;
  }

  #take(): Packet {
    const packet = this.#packet;
    if (packet === null) throw new TypeError(GONE);
    if (!isText(packet)) this.#packet = null;
    return packet;
  }
}

/** Whether a message can be sent again as it is, or be taken for its own values. */
function isText({ payload }: { readonly payload: Payload }): boolean {
  return Array.isArray(payload);
}

const GONE = "Cannot start again: what the arguments gave away went with the first start";

/**
 * The arguments for one life of an actor: a copy, so that the next one gets them unchanged.
 *
 * @param args As they came.
 * @throws {TypeError} when something in them could only be given away, and the first life has got it.
 */
export function argsForLife(args: unknown[], isFirst: boolean): unknown[] {
  try {
    return copyHere(args, "message", "args");
  } catch (error) {
    if (isFirst) return args;
    throw new TypeError(GONE, { cause: error });
  }
}

function reviveHere({ payload, attachments, signals }: Packet): unknown[] {
  if (Array.isArray(payload)) return payload;
  const numbered = { ...payload, signals: signals.map((_, index) => index) };
  return revive(numbered, { attachments, signal: (index) => signals[index]! });
}
