// A worker of threads: the functions of the pool, and an echo.
import type { Message } from "../workloads/actors.ts";
import { countPrimes, square, squareAll } from "../workloads/pool_work.ts";
import { loadPeer } from "./versions.ts";

const { expose } = await loadPeer<{ expose(functions: object): void }>("threads", "/worker");
expose({ square, squareAll, countPrimes, echo: (message: Message) => message });
