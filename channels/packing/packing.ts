import { capture } from "./capture.ts";
import type { Packed } from "./pack.ts";

/**
 * What `pack()` does, for several values; see {@linkcode capture} for what the error says.
 *
 * @throws {TypeError} when one cannot cross; nothing was moved then.
 */
export function packValues(values: readonly unknown[], what: string, root: string): Packed {
  const { payload, attachments, transfers } = capture(values, "apart", what, root);
  return { message: { troupe: "packed", payload, attachments }, transfer: transfers };
}
