import type { Durability } from "../vocabulary/store.ts";
import type { DurableOptions, KeyedOptions } from "../vocabulary/keyed_definition.ts";

/** How often a post is tried where its kind does not say so. */
export const POST_ATTEMPTS = 20;

/** What a kind says of its state. */
export interface StateRules {
  /** As it begins. */
  readonly state: (key: string) => unknown;
  readonly version: number;
  readonly migrate: ((old: unknown, from: number) => unknown) | null;
}

/** What a kind says of its durable actors. */
export interface DurableRules extends StateRules {
  /** Handlers that write nothing. */
  readonly readers: ReadonlySet<string>;
  /** `null`: as the store says. */
  readonly durability: Durability | null;
  readonly postAttempts: number;
}

/** What options say of durable actors; `null` when they are volatile. */
export function durableRules(options: KeyedOptions): DurableRules | null {
  const {
    state,
    version = 1,
    migrate = null,
    reads = [],
    durability = null,
    postAttempts = POST_ATTEMPTS,
  } = options as Partial<DurableOptions<unknown>>;
  if (state === undefined) return null;
  return { state, version, migrate, readers: new Set(reads), durability, postAttempts };
}
