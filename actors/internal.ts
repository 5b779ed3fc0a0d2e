/**
 * What the shared folder uses of the actors; not part of the public interface.
 *
 * @module
 */
export { keepInstances } from "./_definition.ts";
export { UNASKED } from "./_facade.ts";
export { hostBehind } from "./actor_system.ts";
export { type UsedSystem, useSystem } from "./_implicit_system.ts";
export { registerTransport } from "./_lines.ts";
export { copyHere } from "./_local.ts";
export { Ref } from "./_ref.ts";
export { apart } from "./_turn.ts";
