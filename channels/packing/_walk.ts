import type { Destination } from "./destination.ts";
import type { ErrorOutlet } from "../message/error_codec.ts";
import type { Extras } from "./_extras.ts";
import type { HandleOutlet } from "../message/handle.ts";
import type { Marker, Payload } from "../message/marker.ts";
import type { Step } from "./_refusal.ts";

/** One walk over one message, as those see it who capture a part of the message. */
export interface Walk extends HandleOutlet, ErrorOutlet {
  readonly destination: Destination;
  /** What is beside the text. */
  readonly extras: Extras;
  /** Captures a value. */
  value(value: unknown): unknown;
  /** Captures an object, however deep it is. */
  object(object: object): unknown;
  /** Captures the items of a list. */
  list(values: readonly unknown[], step: Step): unknown[];
  /** Captures a value as a payload of its own, of the same message. */
  nested(value: unknown): Payload;
  /** Gives what stands for a value that JSON lacks. */
  mark(marker: Marker): unknown;
  /** Adds to the length of the message, see `message/length.ts`. */
  count(units: number): void;
}
