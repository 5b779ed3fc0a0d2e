import { noteAbsent } from "../report/results.ts";
import { settings } from "./settings.ts";

/** Starts a peer; `null`, with the reason noted, when it does not run here. */
export async function startPeer<P>(name: string, start: () => Promise<P>): Promise<P | null> {
  if (!settings.withPeers) return null;
  try {
    return await start();
  } catch (error) {
    noteAbsent(name, reasonOf(error));
    return null;
  }
}

/** Starts peers; those that do not run here are left out. */
export async function startPeers<P>(peers: Record<string, () => Promise<P>>): Promise<P[]> {
  const started: P[] = [];
  for (const [name, start] of Object.entries(peers)) {
    const peer = await startPeer(name, start);
    if (peer !== null) started.push(peer);
  }
  return started;
}

/** The first line of what an error says. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "not installed";
  return String(error).split("\n")[0]!;
}
