import { registerErrors } from "../../channels/message/error_codec.ts";

/**
 * Why a store could not do something:
 *
 * - `"full"`: the disk is full; it goes on when there is room again.
 * - `"too-big"`: a value is bigger than the store takes.
 * - `"refused"`: a value is not of the kind that its column takes.
 * - `"busy"`: another program writes to the file, and did not end in time.
 * - `"read-only"`: the file, or the folder that it is in, cannot be written.
 * - `"permission"`: Deno was not given the permission for it.
 * - `"corrupt"`: the file was damaged, or is not a database.
 * - `"foreign"`: the file holds something else.
 * - `"newer"`: the file was written by a newer version of this package.
 * - `"unclear"`: the answer was lost, and nobody knows whether it was stored: all others say that nothing was. What is sent
 *   again with the same `once` is done once.
 * - `"failed"`: something else, such as an error of the disk; the `cause` says what.
 */
export type StoreFailure =
  | "full"
  | "too-big"
  | "refused"
  | "busy"
  | "read-only"
  | "permission"
  | "corrupt"
  | "foreign"
  | "newer"
  | "unclear"
  | "failed";

/**
 * A store could not read or keep something. Nothing of it is kept, unless that is `"unclear"`, and nothing that was kept
 * is lost.
 */
export class StoreError extends Error {
  /** Name of the class. */
  override readonly name = "StoreError";
  /** Which store: its file. */
  readonly file: string;
  /** Why. */
  readonly reason: StoreFailure;

  /** Says what could not be done, with which file, and what to do about it. */
  constructor(message: string, file: string, reason: StoreFailure, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
    this.reason = reason;
  }
}

/** Another process has the store's file open, or another system of this one: one at a time may. */
export class StoreInUseError extends Error {
  /** Name of the class. */
  override readonly name = "StoreInUseError";
  /** Which store: its file. */
  readonly file: string;
  /** How long was waited for it, in milliseconds. */
  readonly waitMs: number;

  /** Says which file is in use. */
  constructor(file: string, waitMs: number) {
    const waited = waitMs > 0 ? `, also after ${waitMs} ms` : "; give waitMs to wait for it";
    super(`Cannot open store ${JSON.stringify(file)}: another system has it open${waited}`);
    this.file = file;
    this.waitMs = waitMs;
  }
}

registerErrors({ StoreError, StoreInUseError });
