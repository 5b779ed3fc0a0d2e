import type { Starts } from "../harness/absent.ts";
import type { PoolPeer } from "../workloads/pool_peer.ts";
import {
  comlinkPool,
  multithreadingPool,
  poolifierPool,
  threadsPool,
  workerpoolPool,
} from "./pools.ts";
import { nodePool, pythonPool } from "./program_pools.ts";

/** Pools of others, by name. */
export const peers = (): Starts<PoolPeer> => ({
  "comlink": comlinkPool,
  "workerpool": workerpoolPool,
  "poolifier-web-worker": poolifierPool,
  "threads": threadsPool,
  "multithreading": multithreadingPool,
  "piscina": () => nodePool("piscina"),
  "tinypool": () => nodePool("tinypool"),
  "Python Pool": pythonPool,
});
