import { peersOf, startPeers } from "../harness/absent.ts";
import type { ActorLibrary, Works } from "./actor_work.ts";
import { formatNumber } from "../report/format.ts";
import { compare, type Contender, measure } from "../harness/measure.ts";
import { troupeActors } from "./one_thread_troupe.ts";
import { sized } from "../harness/settings.ts";

interface Job {
  readonly work: Exclude<keyof Works, "idle">;
  readonly title: string;
  readonly size: number;
  /** Operations in a run, where they are not the size. */
  readonly operations?: number;
  readonly rounds?: number;
}

/** Actors in one thread, beside other actor libraries and Erlang. */
export async function benchOneThread() {
  await using troupe = await troupeActors();
  const peers = await startPeers(await peersOf<ActorLibrary>("actor_libraries"));
  const libraries = [bareQueue, troupe, ...peers];
  for (const { work, title, size, operations = size, rounds } of jobs()) {
    const contenders = libraries.flatMap(({ name, role, works }): Contender[] => {
      const own = works[work];
      return own === undefined ? [] : [{ name, role, run: () => own(size) }];
    });
    await compare({ title, operations, contenders, rounds });
  }
  const actors = sized(100_000, 100);
  await measure({
    title: "memory of an idle actor with three handlers",
    measures: [{ name: "bytes each", unit: "bytes", best: "least" }],
    players: libraries.flatMap(({ name, role, works: { idle } }) => {
      return idle === undefined ? [] : [{ name, role, run: async () => [await idle(actors)] }];
    }),
    rounds: 3,
  });
}

function jobs(): Job[] {
  const crowd = sized(500, 10);
  const leaves = sized(1_000_000, 100);
  return [
    { work: "pingPong", title: "ping-pong between two actors", size: sized(500_000, 100) },
    { work: "count", title: "tells to one actor", size: sized(500_000, 100) },
    { work: "countObjects", title: "tells of an object to one actor", size: sized(200_000, 100) },
    { work: "ask", title: "asks, one after the other", size: sized(100_000, 100) },
    { work: "askMany", title: "asks, 1000 in flight", size: sized(100_000, 100) },
    { work: "spawn", title: "actors started", size: sized(50_000, 100) },
    { work: "spawnStop", title: "actors started and stopped", size: sized(50_000, 100) },
    { work: "ring", title: "hops round a ring of 1000 actors", size: sized(500_000, 2_500) },
    {
      work: "tree",
      title: `actors of a fork-join tree with ${formatNumber(leaves)} leaves`,
      size: leaves,
      operations: (leaves * 10 - 1) / 9,
      rounds: 2,
    },
    {
      work: "big",
      title: `messages among ${crowd} actors, each to all others and back`,
      size: crowd,
      operations: 2 * crowd * (crowd - 1),
    },
  ];
}

/** The floor: a hand-written run queue that calls functions. */
const bareQueue: ActorLibrary = {
  name: "hand-written run queue",
  role: "raw",
  works: {
    pingPong(messages) {
      const queue: { receiver: { hit(left: number): void }; left: number }[] = [];
      const ping = {
        hit: (left: number) => void (left > 0 && queue.push({ receiver: pong, left: left - 1 })),
      };
      const pong = {
        hit: (left: number) => void (left > 0 && queue.push({ receiver: ping, left: left - 1 })),
      };
      queue.push({ receiver: ping, left: messages });
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        item.receiver.hit(item.left);
      }
      return Promise.resolve();
    },
  },
};
