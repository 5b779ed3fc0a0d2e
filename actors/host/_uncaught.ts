import { soon } from "../../channels/vocabulary/kept.ts";

// The types know `globalThis` as that of a window.
const scope = globalThis as unknown as EventTarget & {
  readonly process: {
    listenerCount(type: string): number;
    emit(type: string, ...args: unknown[]): boolean;
  };
};

/** What is needed of an event. */
type HeldEvent = Pick<Event, "preventDefault" | "eventPhase">;

/**
 * Calls back with what nobody caught in this worker, of either kind, unless its own code has handled it: by
 * `preventDefault()` in a listener, or by one of Node's listeners. The thread does not end by itself then.
 */
export function onUncaught(callback: (error: unknown) => void): void {
  scope.addEventListener("error", (event) => {
    holdDefault(event, () => callback((event as ErrorEvent).error));
  });
  scope.addEventListener("unhandledrejection", (event) => {
    const { reason, promise } = event as PromiseRejectionEvent;
    holdDefault(event, () => {
      // Deno asks those of Node's listeners only when nobody has prevented the default.
      const { process } = scope;
      if (process.listenerCount("unhandledRejection") === 0) callback(reason);
      else process.emit("unhandledRejection", reason, promise);
    });
  });
}

/**
 * Keeps the platform from ending the thread at once, and calls back when no other listener did.
 *
 * This listener was there first, so the others come after it: they are not to see that it has prevented the default,
 * and it has to notice when they do. The platform looks when all of them are through.
 */
function holdDefault(event: HeldEvent, otherwise: () => void): void {
  event.preventDefault();
  let isHandled = false;
  Object.defineProperties(event, {
    preventDefault: { value: () => void (isHandled = true) },
    defaultPrevented: { get: () => isHandled || event.eventPhase === Event.NONE },
  });
  soon(() => {
    if (!isHandled) otherwise();
  });
}
