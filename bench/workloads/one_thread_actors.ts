/**
 * The actors of the one-thread group.
 *
 * @module
 */
import { actor, type ActorRef } from "@troupe/actors";
import { BRANCHES } from "./actor_work.ts";

/** A member of a ring. */
export interface RingMember {
  /** Who comes next. */
  link(next: ActorRef<RingMember>): void;
  /** Passes a token on, until it has no hops left. */
  pass(hops: number): void;
  /** Resolves to how many hops were handled here when the token has no hops left. */
  ended(): Promise<void>;
}

/** Passes a token round; the one where it ends says so. */
export const ringMember = actor(import.meta, (): RingMember => {
  let next: ActorRef<RingMember>;
  const ended = Promise.withResolvers<void>();
  return {
    link(ref) {
      next = ref;
    },
    pass(hops) {
      if (hops > 1) next.tell.pass(hops - 1);
      else ended.resolve();
    },
    ended: () => ended.promise,
  };
});

/** A node of the fork-join tree. */
export interface TreeNode {
  /** What a child has added up. */
  add(sum: number): void;
  /** Resolves to the sum of all leaves. */
  total(): Promise<number>;
}

/** Starts ten children, and tells its parent the sum of theirs; a leaf tells its own number. */
export const treeNode = actor(
  import.meta,
  (context, parent: ActorRef<TreeNode> | null, first: number, size: number): TreeNode => {
    let left = BRANCHES;
    let sum = 0;
    const total = Promise.withResolvers<number>();
    const finish = (result: number) => {
      if (parent === null) return total.resolve(result);
      parent.tell.add(result);
      context.stop();
    };
    if (size === 1) {
      finish(first);
    } else {
      const share = size / BRANCHES;
      for (let index = 0; index < BRANCHES; index++) {
        void context.spawn(
          treeNode.with({ on: "here" }),
          context.self,
          first + index * share,
          share,
        );
      }
    }
    return {
      add(part) {
        sum += part;
        if (--left === 0) finish(sum);
      },
      total: () => total.promise,
    };
  },
);

/** One of many that all know each other. */
export interface Crowd {
  /** Sends to all others, and resolves when all have answered. */
  greet(all: ActorRef<Crowd>[]): Promise<number>;
  /** Answers. */
  ping(from: ActorRef<Crowd>): void;
  /** An answer. */
  pong(): void;
}

/** Greets all others and waits for their answers. */
export const crowd = actor(import.meta, (context): Crowd => {
  const self: ActorRef<Crowd> = context.self;
  const all = Promise.withResolvers<number>();
  let [answers, expected] = [0, -1];
  return {
    greet(others) {
      expected = others.length - 1;
      for (const other of others) if (other.id !== self.id) other.tell.ping(self);
      return all.promise;
    },
    ping: (from) => from.tell.pong(),
    pong() {
      if (++answers === expected) all.resolve(answers);
    },
  };
});

/** Does nothing, with three handlers. */
export const idle = actor(import.meta, (_context, start: number) => {
  let count = start;
  return {
    increment: (by = 1) => count += by,
    get: () => count,
    reset: () => count = start,
  };
});
