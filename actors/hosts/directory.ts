import { shown } from "../../channels/vocabulary/checks.ts";
import type { Host } from "../host/host.ts";
import type { Ref } from "../messaging/ref.ts";

/**
 * Finds a running actor by its name.
 *
 * @throws {TypeError} Rejects when the name is no text.
 */
export async function find(host: Host, name: string): Promise<Ref | undefined> {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot find actor: name must be a text, received ${shown(name)}`);
  }
  host.checkOpen("find actor");
  const found = await host.network.question(["find", name]) as
    | { at: number; serial: number }
    | null;
  return found === null ? undefined : host.refOf(found.at, found.serial, name);
}
