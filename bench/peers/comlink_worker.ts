// A worker of comlink: the functions of the pool, and an echo.
import type { Message } from "../workloads/actors.ts";
import { countPrimes, square, squareAll } from "../workloads/pool_work.ts";
import { loadPeer } from "./versions.ts";

const { expose } = await loadPeer<{ expose(functions: object): void }>("comlink");
expose({ square, squareAll, countPrimes, echo: (message: Message) => message });
(globalThis as unknown as { postMessage(message: unknown): void }).postMessage("ready");
