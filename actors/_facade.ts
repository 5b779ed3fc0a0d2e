import type { Ref } from "./_ref.ts";

/** Sends one message of a verb (tell, ask, stream) through a ref. */
export type Send = (ref: Ref, handler: string, args: unknown[]) => unknown;

const REF: unique symbol = Symbol("troupe.ref");

/** What `ref.tell`, `ref.ask` and `ref.stream` are: a method for every name. */
export interface Facade {
  readonly [REF]: Ref;
}

// Names come from the program's own code; beyond this many, methods are made anew at each use.
const MOST_NAMES = 4096;

/**
 * Makes the facades of one verb. Which handlers an actor has is not known on this side, so a name becomes a method
 * when it is first used: a `Proxy` at the end of the prototype chain adds it to the prototype that all facades of
 * the verb share. From then on a call costs what any method call costs.
 *
 * `then` is not there, so that a facade in an `await` is not taken for a promise.
 */
export function facadeFor(send: Send): (ref: Ref) => Facade {
  let names = 0;
  const unknown = new Proxy(Object.create(null), {
    get(_target, name, facade: Facade) {
      if (typeof name === "symbol" || name === "then") return undefined;
      if (names < MOST_NAMES) {
        names++;
        Object.defineProperty(methods, name, {
          get(this: Facade) {
            const ref = this[REF];
            return (...args: unknown[]) => send(ref, name, args);
          },
        });
      }
      return (...args: unknown[]) => send(facade[REF], name, args);
    },
  });
  const methods = Object.create(unknown);
  return (ref) => Object.create(methods, { [REF]: { value: ref } });
}
