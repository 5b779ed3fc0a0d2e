import { checkCount, checkMs, checkWord } from "../../channels/vocabulary/checks.ts";
import type { SuperviseOptions } from "./supervisor_options.ts";

/** What a supervisor does about failures. */
export interface Policy {
  readonly strategy: NonNullable<SuperviseOptions["strategy"]>;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number; readonly jitter: number };
}

/**
 * What the options of a supervisor say.
 *
 * @throws {RangeError} when a number is out of range.
 * @throws {TypeError} when a word is not one of those allowed.
 */
export function policyOf(options: SuperviseOptions): Policy {
  const doing = "create Supervisor";
  const { strategy = "one-for-one", maxRestarts = 3, withinMs = 5_000, backoff = {} } = options;
  if (typeof backoff !== "object" || backoff === null) {
    throw new TypeError(`Cannot ${doing}: backoff must be an object, received ${backoff}`);
  }
  const { minMs = 0, maxMs = Math.max(5_000, minMs), jitter = 0.2 } = backoff;
  checkWord(doing, "strategy", strategy, ["one-for-one", "one-for-all", "rest-for-one"]);
  checkCount(doing, "maxRestarts", maxRestarts, 0);
  checkMs(doing, "withinMs", withinMs);
  if (withinMs === 0) {
    throw new RangeError(
      `Cannot ${doing}: withinMs must be > 0, received 0, which counts no failure`,
    );
  }
  checkMs(doing, "backoff.minMs", minMs);
  if (minMs === Infinity) {
    throw new RangeError(`Cannot ${doing}: backoff.minMs must be finite, received Infinity`);
  }
  checkMs(doing, "backoff.maxMs", maxMs);
  if (minMs > maxMs) {
    throw new RangeError(
      `Cannot ${doing}: backoff.minMs must be <= backoff.maxMs, received ${minMs} and ${maxMs}`,
    );
  }
  if (typeof jitter !== "number" || !(jitter >= 0 && jitter <= 1)) {
    throw new RangeError(
      `Cannot ${doing}: backoff.jitter must be from 0 to 1, received ${
        typeof jitter === "string" ? `"${jitter}"` : jitter
      }`,
    );
  }
  return { strategy, maxRestarts, withinMs, backoff: { minMs, maxMs, jitter } };
}
