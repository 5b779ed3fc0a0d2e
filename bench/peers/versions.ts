/** The libraries that Troupe is compared with; nobody else imports them. */
export const peers = {
  "@effect/cluster": "0.60.2",
  "@effect/rpc": "0.76.2",
  "@effect/sql-libsql": "0.42.0",
  "@libsql/client": "0.12.0",
  "comlink": "4.4.2",
  "effect": "3.22.4",
  "multithreading": "0.3.52",
  "nact": "7.6.2",
  "piscina": "5.3.2",
  "poolifier-web-worker": "0.5.15",
  "threads": "1.7.0",
  "tinypool": "2.2.0",
  "workerpool": "10.0.3",
  "xstate": "5.33.3",
} as const;

/**
 * Loads a peer. What is loaded is known only at that moment, so neither the type checker nor the lock file of the project
 * needs it: `bench/deno.lock` pins it.
 *
 * @typeParam M The part of the module that is used.
 * @param path What follows the name and the version, such as `/worker`.
 */
export async function loadPeer<M>(name: keyof typeof peers, path = ""): Promise<M> {
  return await import(`npm:${name}@${peers[name]}${path}`) as M;
}
