import { type ActorLibrary, BRANCHES, RING } from "../workloads/actor_work.ts";
import { expectAll } from "../harness/check.ts";
import { collectGarbage } from "../harness/garbage.ts";
import { loadPeer } from "./versions.ts";

interface Event {
  readonly type: string;
  readonly from?: XActor;
  readonly value?: number;
}
interface XActor {
  start(): XActor;
  stop(): XActor;
  send(event: Event): void;
  getSnapshot(): { context: number };
}
type Handle = (state: number, event: Event, scope: { self: XActor }) => number;
interface XState {
  createActor(logic: unknown): XActor;
  fromTransition(handle: Handle, state: number): unknown;
}

/**
 * The works of the one-thread group for `xstate`: actors of `fromTransition`, the lightest that it has. It delivers at once,
 * within `send`, and has no requests.
 */
export async function xstateActors(): Promise<ActorLibrary> {
  const { createActor, fromTransition } = await loadPeer<XState>("xstate");
  const spawn = (handle: Handle) => createActor(fromTransition(handle, 0)).start();
  const counting = fromTransition((count) => count + 1, 0);
  const spawnCounter = () => createActor(counting).start();

  const count = (event: Event) => (messages: number) => {
    const counter = spawnCounter();
    for (let sent = 0; sent < messages; sent++) counter.send(event);
    expectAll(counter.getSnapshot().context, messages, "messages");
    counter.stop();
    return Promise.resolve();
  };

  return {
    name: "xstate",
    role: "peer",
    works: {
      pingPong(messages) {
        let handled = 0;
        const hit: Handle = (state, { from, value }, { self }) => {
          handled++;
          if (value! > 0) from!.send({ type: "hit", from: self, value: value! - 1 });
          return state;
        };
        const [ping, pong] = [spawn(hit), spawn(hit)];
        pong.send({ type: "hit", from: ping, value: messages - 1 });
        expectAll(handled, messages, "messages");
        ping.stop();
        pong.stop();
        return Promise.resolve();
      },
      count: count({ type: "hit" }),
      spawn(actors) {
        const all = Array.from({ length: actors }, spawnCounter);
        expectAll(all.length, actors, "actors");
        return Promise.resolve();
      },
      spawnStop(actors) {
        for (let index = 0; index < actors; index++) spawnCounter().stop();
        return Promise.resolve();
      },
      ring(hops) {
        let handled = 0;
        const ring: XActor[] = Array.from({ length: RING }, (_, index) => {
          return spawn((state, { value }) => {
            handled++;
            if (value! > 1) ring[(index + 1) % RING]!.send({ type: "pass", value: value! - 1 });
            return state;
          });
        });
        const start = performance.now();
        ring[0]!.send({ type: "pass", value: hops });
        expectAll(handled, hops, "hops");
        return Promise.resolve(performance.now() - start);
      },
      tree(leaves) {
        let total = NaN;
        const grow = (reply: (sum: number) => void, first: number, size: number) => {
          let left = BRANCHES;
          const node = spawn((sum, { type, value }, { self }) => {
            if (type === "grow" && size > 1) {
              const share = size / BRANCHES;
              for (let index = 0; index < BRANCHES; index++) {
                const add = (value: number) => self.send({ type: "add", value });
                grow(add, first + index * share, share);
              }
              return sum;
            }
            const next = type === "grow" ? first : sum + value!;
            if (type === "grow" || --left === 0) {
              reply(next);
              node.stop();
            }
            return next;
          });
          node.send({ type: "grow" });
        };
        grow((sum) => total = sum, 0, leaves);
        expectAll(total, leaves * (leaves - 1) / 2, "sum of the leaves");
        return Promise.resolve();
      },
      big(actors) {
        let answers = 0;
        const all: XActor[] = Array.from({ length: actors }, (_, index) => {
          return spawn((state, { type, from }, { self }) => {
            if (type === "ping") from!.send({ type: "pong" });
            else if (type === "pong") answers++;
            else {for (const other of all) {
                if (other !== all[index]) other.send({ type: "ping", from: self });
              }}
            return state;
          });
        });
        const start = performance.now();
        for (const actor of all) actor.send({ type: "greet" });
        expectAll(answers, actors * (actors - 1), "answers");
        return Promise.resolve(performance.now() - start);
      },
      idle(actors) {
        collectGarbage();
        const before = Deno.memoryUsage().heapUsed;
        const all = Array.from({ length: actors }, spawnCounter);
        collectGarbage();
        const bytes = (Deno.memoryUsage().heapUsed - before) / actors;
        expectAll(all.length, actors, "actors");
        return Promise.resolve(bytes);
      },
    },
  };
}
