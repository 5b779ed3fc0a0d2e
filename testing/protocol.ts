import type { ActorDefinition } from "../actors/vocabulary/definition.ts";

/** Handlers by themselves, or those of a definition: `ProtocolOf<typeof counter>`. */
// deno-lint-ignore no-explicit-any -- a protocol that is not known; the arguments of a definition do not matter
export type ProtocolOf<P> = 0 extends 1 & P ? any : P extends ActorDefinition<infer H, any> ? H : P;

/** Names of the handlers of a protocol. */
export type HandlerName<H> = 0 extends 1 & H ? string
  : { [K in keyof H & string]: H[K] extends (...args: never[]) => unknown ? K : never }[
    & keyof H
    & string
  ];

/** What a handler takes. */
// deno-lint-ignore no-explicit-any -- a protocol that is not known
export type ArgsOf<F> = 0 extends 1 & F ? any[] : F extends (...args: infer A) => unknown ? A
: never;

/** Handlers with which something stands for an actor: some of its own, each of which may give a promise. */
export type Answers<H> =
  // deno-lint-ignore no-explicit-any -- a protocol that is not known
  0 extends 1 & H ? { readonly [handler: string]: any }
    : {
      readonly [K in HandlerName<H>]?: H[K & keyof H] extends (...args: infer A) => infer R
        ? (...args: A) => R | Awaited<R> | PromiseLike<Awaited<R>>
        : never;
    };

/** A call as it came: the name of its handler, and copies of its arguments, as any message has. */
export type RecordedCall<H> = {
  [K in HandlerName<H>]: {
    /** Name of the handler. */
    readonly handler: K;
    /** What it was called with. */
    readonly args: ArgsOf<H[K & keyof H]>;
  };
}[HandlerName<H>];
