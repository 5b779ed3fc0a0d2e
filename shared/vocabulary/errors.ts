import { registerErrors } from "../../channels/message/error_codec.ts";

/** The barrier was broken, aborted or reset while somebody waited at it, or is broken already. */
export class BrokenBarrierError extends Error {
  /** Name of the class. */
  override readonly name = "BrokenBarrierError";
}

registerErrors({ BrokenBarrierError });
