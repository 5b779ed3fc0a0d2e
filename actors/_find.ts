import type { Host } from "./_host.ts";
import type { Ref } from "./_ref.ts";

/** Finds a running actor by its name. */
export async function find(host: Host, name: string): Promise<Ref | undefined> {
  host.checkOpen("find actor");
  const found = await host.network.question(["find", name]) as
    | { at: number; serial: number }
    | null;
  return found === null ? undefined : host.refOf(found.at, found.serial, name);
}
