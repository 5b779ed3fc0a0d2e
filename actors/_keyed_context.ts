import { Context } from "./_context.ts";
import type { Begin } from "./cell/incarnation.ts";
import { keyIn } from "./keyed/ids.ts";
import type { KeyedContext } from "./keyed_context.ts";
import type { KeyedRef } from "./vocabulary/keyed_ref.ts";

/** Begins a life of a keyed actor. */
export const beginKeyedContext: Begin = (cell, restarts) => new ContextOfKeyed(cell, restarts);

/** One activation of a keyed actor. */
export class ContextOfKeyed extends Context implements KeyedContext {
  // deno-lint-ignore no-explicit-any -- the protocol is only known when setup has returned
  override get self(): KeyedRef<any> {
    return this.cell.ref as KeyedRef<unknown>;
  }

  get key(): string {
    return keyIn(this.cell.label);
  }
}
