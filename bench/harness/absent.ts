import { noteAbsent } from "../report/results.ts";
import { settings } from "./settings.ts";

/** How peers are started, by name. */
export type Starts<P> = Record<string, () => Promise<P>>;

/**
 * The peers of a module of `peers/`, by its `peers()`; none when they are to stay away. The module is named at run time,
 * so that what is checked every day ends here: peers are checked by `deno task bench:check`.
 *
 * @typeParam P What a peer of this module is: the port stands with the workload.
 */
export async function peersOf<P>(module: string, ...args: unknown[]): Promise<Starts<P>> {
  if (!settings.withPeers) return {};
  const { peers } = await import(new URL(`../peers/${module}.ts`, import.meta.url).href);
  return peers(...args);
}

/** Starts peers; those that do not run here are left out, with the reason noted. */
export async function startPeers<P>(peers: Starts<P>): Promise<P[]> {
  const started: P[] = [];
  for (const [name, start] of Object.entries(peers)) {
    try {
      started.push(await start());
    } catch (error) {
      noteAbsent(name, reasonOf(error));
    }
  }
  return started;
}

/** The first line of what an error says. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "not installed";
  return String(error).split("\n")[0]!;
}
