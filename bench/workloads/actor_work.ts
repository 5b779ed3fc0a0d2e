import type { Role } from "../harness/workload.ts";

/**
 * Work for actors in one thread. Resolves when all of it is done, after a check that nothing was lost; to the milliseconds
 * it took where only the other side knows.
 */
export type Work = (size: number) => Promise<number | void>;

/** The works, by name, that are compared; `idle` gives the bytes for each actor instead. */
export interface Works {
  /** Two actors send each other a number, counted down to zero. */
  pingPong: Work;
  /** One sender, one receiver that counts. */
  count: Work;
  /** The same, with a small object as argument. */
  countObjects: Work;
  /** Requests, one after the other. */
  ask: Work;
  /** Requests, 1000 in flight. */
  askMany: Work;
  /** Actors that are started; what stops them afterwards is not counted. */
  spawn: Work;
  /** Actors that are started, and stopped one after the other. */
  spawnStop: Work;
  /** A token goes round in a ring of 1000 actors. */
  ring: Work;
  /** Each actor starts ten, six levels deep for a million leaves; the leaves' numbers are added up. */
  tree: Work;
  /** Each of some actors sends a message to each other one, and gets an answer. */
  big: Work;
  /** Actors with three handlers that do nothing. */
  idle: (actors: number) => Promise<number>;
}

/** An actor library, with what it can do. */
export interface ActorLibrary {
  readonly name: string;
  readonly role: Role;
  readonly works: Partial<Works>;
}

/** Members of a ring. */
export const RING = 1000;

/** Children of an inner node of the tree. */
export const BRANCHES = 10;
