/**
 * The tasks of the pool group.
 *
 * @module
 */
import { task } from "@troupe/actors";
import * as work from "./pool_work.ts";

/** {@linkcode work.square} on a worker. */
export const square = task(import.meta, (n: number) => work.square(n));

/** {@linkcode work.countPrimes} on a worker. */
export const countPrimes = task(import.meta, (limit: number) => work.countPrimes(limit));
