import type { Target } from "./ref_owner.ts";

/** Sends one message of a verb (tell, ask, stream) through a ref. */
export type Send = (ref: Target, handler: string, args: unknown[]) => unknown;

/** What `ref.tell`, `ref.ask` and `ref.stream` are: a method for every name. */
export type Facade = object;

// Names come from the program's own code; beyond this many, methods are made anew at each use.
const MOST_NAMES = 4096;

/**
 * Names under which there is nothing: the platform would call it without being asked for a message, in an `await`, in
 * `JSON.stringify()` and in a list that becomes a text.
 */
export const UNASKED: ReadonlySet<string> = new Set(["then", "toJSON", "toLocaleString"]);

/**
 * Makes the facades of one verb. Which handlers an actor has is not known on this side, so a name becomes a method
 * when it is first used: a `Proxy` at the end of the prototype chain adds it to the prototype that all facades of
 * the verb share. From then on a call costs what any method call costs.
 */
export function facadeFor(verb: string, send: Send): (ref: Target) => Facade {
  let names = 0;

  class Methods {
    readonly #ref: Target;

    constructor(ref: Target) {
      this.#ref = ref;
    }

    /** For the platform; `toString` may be a handler. */
    [Symbol.toPrimitive](): string {
      return `[${verb} of actor "${this.#ref.label}"]`;
    }

    static method(facade: Methods, name: string): (...args: unknown[]) => unknown {
      const ref = facade.#ref;
      return (...args) => send(ref, name, args);
    }

    /** The same as a property, written out: this is on the way of every message, and a tenth of it. */
    static define(name: string): void {
      Object.defineProperty(Methods.prototype, name, {
        get(this: Methods) {
          const ref = this.#ref;
          return (...args: unknown[]) => send(ref, name, args);
        },
      });
    }
  }

  // A handler may have this name.
  Reflect.deleteProperty(Methods.prototype, "constructor");
  Object.setPrototypeOf(
    Methods.prototype,
    new Proxy(Object.create(null), {
      get(_target, name, facade: Methods) {
        if (typeof name === "symbol" || UNASKED.has(name)) return undefined;
        if (names < MOST_NAMES) {
          names++;
          Methods.define(name);
        }
        return Methods.method(facade, name);
      },
    }),
  );
  return (ref) => new Methods(ref);
}
