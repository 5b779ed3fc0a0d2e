/**
 * What the other folders of this package use of the channels; not part of the public interface.
 *
 * @module
 */
export { capture } from "./_capture.ts";
export type { Packet } from "./_packet.ts";
export { registerErrors } from "./_error_codec.ts";
export {
  HANDLE,
  type Handle,
  type HandleOutlet,
  type HandleToken,
  isHandle,
  registerHandle,
} from "./_handle.ts";
export { Link } from "./_link.ts";
export type { Payload } from "./_marker.ts";
export { type RevivalContext, revive } from "./_revival.ts";
