/**
 * Why an actor has come to its final end.
 *
 * | kind            | when                                                                        |
 * | --------------- | --------------------------------------------------------------------------- |
 * | `normal`        | it called `context.stop()`                                                  |
 * | `shutdown`      | `ref.stop()`, its parent or the system stopped it                           |
 * | `error`         | a handler or `setup` failed, and it was not restarted                       |
 * | `killed`        | `ref.terminate()`                                                           |
 * | `unresponsive`  | its thread did not answer, busy with this handler                           |
 * | `host-lost`     | its thread has ended                                                        |
 * | `unknown`       | it had ended before this was asked, so long ago that it is forgotten        |
 *
 * A thread remembers the reasons of some thousands of its actors that have ended, and forgets the oldest ones.
 */
export type ExitReason =
  | { readonly kind: "normal" }
  | { readonly kind: "shutdown" }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "killed" }
  | { readonly kind: "unresponsive"; readonly handler: string }
  | { readonly kind: "host-lost"; readonly error: Error }
  | { readonly kind: "unknown" };
