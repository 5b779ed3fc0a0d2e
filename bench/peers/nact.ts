import { type ActorLibrary, BRANCHES, RING } from "../workloads/actor_work.ts";
import { expectAll } from "../harness/check.ts";
import { collectGarbage } from "../harness/garbage.ts";
import { loadPeer } from "./versions.ts";

interface Ref {
  readonly path: unknown;
}
interface Context {
  readonly self: Ref;
  readonly sender: Ref;
}
interface Nact {
  start(): Ref;
  stop(ref: Ref): void;
  spawn(
    parent: Ref,
    handle: (state: unknown, message: never, context: Context) => unknown,
    name: string,
  ): Ref;
  spawnStateless(
    parent: Ref,
    handle: (message: never, context: Context) => unknown,
    name: string,
  ): Ref;
  dispatch(ref: Ref, message: unknown, sender?: Ref): void;
  query(ref: Ref, message: (self: Ref) => unknown, timeoutMs: number): Promise<unknown>;
}

const WAIT_MS = 120_000;
const BURST = 1000;

/** The works of the one-thread group for `nact`: `dispatch`, and `query` for requests. */
export async function nactActors(): Promise<ActorLibrary> {
  const { start, stop, spawn, spawnStateless, dispatch, query } = await loadPeer<Nact>("nact");
  const inSystem = (work: (system: Ref, size: number) => Promise<number>) => {
    return async (size: number) => {
      const system = start();
      try {
        return await work(system, size);
      } finally {
        stop(system);
      }
    };
  };
  const spawnCounter = (system: Ref, name = "counter") => {
    let count = 0;
    return spawn(system, (_state, message: { reply?: Ref } | null) => {
      count++;
      if (message?.reply !== undefined) dispatch(message.reply, count);
    }, name);
  };
  const request = (ref: Ref) => query(ref, (reply) => ({ reply }), WAIT_MS);

  const count = (message: unknown) =>
    inSystem(async (system, messages) => {
      const counter = spawnCounter(system);
      const from = performance.now();
      for (let sent = 0; sent < messages; sent++) dispatch(counter, message);
      expectAll(Number(await request(counter)) - 1, messages, "messages");
      return performance.now() - from;
    });

  return {
    name: "nact",
    role: "peer",
    works: {
      pingPong: inSystem(async (system, messages) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        let handled = 0;
        const hit = (left: number, { self, sender }: Context) => {
          handled++;
          if (left > 0) dispatch(sender, left - 1, self);
          else resolve();
        };
        const ping = spawnStateless(system, hit, "ping");
        const pong = spawnStateless(system, hit, "pong");
        const from = performance.now();
        dispatch(pong, messages - 1, ping);
        await promise;
        expectAll(handled, messages, "messages");
        return performance.now() - from;
      }),
      count: count(null),
      countObjects: count({ id: 1, name: "message", v: [1, 2, 3] }),
      ask: inSystem(async (system, asks) => {
        const counter = spawnCounter(system);
        const from = performance.now();
        for (let index = 0; index < asks; index++) await request(counter);
        expectAll(Number(await request(counter)) - 1, asks, "requests");
        return performance.now() - from;
      }),
      askMany: inSystem(async (system, asks) => {
        const counter = spawnCounter(system);
        const from = performance.now();
        for (let left = asks; left > 0; left -= BURST) {
          await Promise.all(
            Array.from({ length: Math.min(left, BURST) }, () => request(counter)),
          );
        }
        expectAll(Number(await request(counter)) - 1, asks, "requests");
        return performance.now() - from;
      }),
      spawn: inSystem(async (system, actors) => {
        const from = performance.now();
        let last = system;
        for (let index = 0; index < actors; index++) last = spawnCounter(system, `${index}`);
        const took = performance.now() - from;
        expectAll(Number(await request(last)), 1, "messages of the last actor");
        return took;
      }),
      ring: inSystem(async (system, hops) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        let handled = 0;
        const ring: Ref[] = Array.from({ length: RING }, (_, index) => {
          return spawnStateless(system, (left: number) => {
            handled++;
            if (left > 1) dispatch(ring[(index + 1) % RING]!, left - 1);
            else resolve();
          }, `${index}`);
        });
        const from = performance.now();
        dispatch(ring[0]!, hops);
        await promise;
        expectAll(handled, hops, "hops");
        return performance.now() - from;
      }),
      tree: inSystem(async (system, leaves) => {
        const { promise, resolve } = Promise.withResolvers<number>();
        const grow = (parent: Ref, reply: (sum: number) => void, first: number, size: number) => {
          let [left, sum] = [BRANCHES, 0];
          const node: Ref = spawnStateless(parent, (part: number | null, { self }) => {
            if (part === null && size > 1) {
              const share = size / BRANCHES;
              for (let index = 0; index < BRANCHES; index++) {
                grow(self, (sum) => dispatch(self, sum), first + index * share, share);
              }
              return;
            }
            if (part !== null) {
              sum += part;
              if (--left > 0) return;
            }
            reply(part === null ? first : sum);
            stop(self);
          }, `${first}`);
          dispatch(node, null);
        };
        const from = performance.now();
        grow(system, resolve, 0, leaves);
        expectAll(await promise, leaves * (leaves - 1) / 2, "sum of the leaves");
        return performance.now() - from;
      }),
      big: inSystem(async (system, actors) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const expected = actors * (actors - 1);
        let answers = 0;
        const all: Ref[] = Array.from({ length: actors }, (_, index) => {
          return spawnStateless(system, (message: "greet" | "ping" | "pong", { self, sender }) => {
            if (message === "ping") dispatch(sender, "pong", self);
            else if (message === "pong") {
              if (++answers === expected) resolve();
            } else {
              for (const other of all) if (other !== all[index]) dispatch(other, "ping", self);
            }
          }, `${index}`);
        });
        const from = performance.now();
        for (const ref of all) dispatch(ref, "greet");
        await promise;
        return performance.now() - from;
      }),
      idle: inSystem(async (system, actors) => {
        collectGarbage();
        const before = Deno.memoryUsage().heapUsed;
        let last = system;
        for (let index = 0; index < actors; index++) last = spawnCounter(system, `${index}`);
        collectGarbage();
        const bytes = (Deno.memoryUsage().heapUsed - before) / actors;
        expectAll(Number(await request(last)), 1, "messages of the last actor");
        return bytes;
      }),
    },
  };
}
