// A worker of poolifier-web-worker: the functions of the pool.
import { countPrimes, square, squareAll } from "../workloads/pool_work.ts";
import { loadPeer } from "./versions.ts";

interface Poolifier {
  ThreadWorker: new (functions: object) => object;
}
const { ThreadWorker } = await loadPeer<Poolifier>("poolifier-web-worker");
export default new ThreadWorker({ square, squareAll, countPrimes });
