import type { Role } from "../harness/workload.ts";

/** Two workers of some library. Every work resolves to the results in order; to milliseconds where only it can know. */
export interface PoolPeer {
  readonly name: string;
  readonly role: Role;
  /** Most tasks that it is given one by one, where it slows down with the length of its queue. */
  readonly most?: number;
  /** One message for each item. */
  run(task: "square" | "countPrimes", items: number[]): Promise<number[] | number>;
  /** Squares, some items a message. */
  map(items: number[]): Promise<number[] | number>;
  /** Ends the workers. */
  close(): Promise<unknown>;
}

/** Workers of each pool. */
export const WORKERS = 2;
