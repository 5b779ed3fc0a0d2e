import type { WaitOptions } from "../vocabulary/wait_options.ts";

/** Options for `PipeEnd.sendBytes()`. */
export interface SendBytesOptions extends WaitOptions {
  /**
   * Where in the bytes to begin.
   *
   * @default {0}
   */
  byteOffset?: number | undefined;
  /** How many bytes to send; without it all that follow. */
  byteLength?: number | undefined;
}

/** Options for `PipeEnd.receiveInto()`. */
export interface ReceiveIntoOptions extends WaitOptions {
  /**
   * Where in the target to begin, in bytes.
   *
   * @default {0}
   */
  byteOffset?: number | undefined;
}
