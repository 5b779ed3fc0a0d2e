// A worker of workerpool: the functions of the pool.
import { countPrimes, square, squareAll } from "../workloads/pool_work.ts";
import { loadPeer } from "./versions.ts";

interface Workerpool {
  default: { worker(functions: object): void };
}
const { default: workerpool } = await loadPeer<Workerpool>("workerpool");
workerpool.worker({ square, squareAll, countPrimes });
