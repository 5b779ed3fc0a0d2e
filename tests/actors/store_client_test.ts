import { assertEquals } from "@std/assert";
import { actor, ActorSystem, type StoreError } from "../../mod.ts";
import { StoreClient, type StoreClientHost } from "../../actors/keyed/_store_client.ts";
import { turnsIn } from "../../actors/keyed/turns_text.ts";
import { systemClock } from "../../channels/thread/clock.ts";
import type { CommitOutcome, StoredTurn } from "../../actors/vocabulary/store.ts";
import { turn } from "../durable/store_kit.ts";

/** What a store says of the last turn. */
interface Last {
  readonly turn: string | null;
  readonly version: number;
}

/** Commits what it is told to; its answers come when the test gives them. */
class Store {
  readonly commits: PromiseWithResolvers<CommitOutcome[]>[] = [];
  last: Last = { turn: null, version: 0 };
  load: () => Promise<Last> = () => Promise.resolve(this.last);

  commit(turns: readonly StoredTurn[] | string): Promise<CommitOutcome[]> {
    const answer = Promise.withResolvers<CommitOutcome[]>();
    this.commits.push(answer);
    const { id, version } = turnsIn(turns).at(-1)!;
    this.last = { turn: id, version: version + 1 };
    return answer.promise;
  }
}

/** That of the test that runs. */
let store = new Store();

const storeActor = actor(import.meta, () => ({
  commit: (turns: readonly StoredTurn[] | string) => store.commit(turns),
  load: (_kind: string, _key: string) => store.load(),
})).with({ on: "here", concurrency: 100, onError: "resume" });

async function start() {
  store = new Store();
  const system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(storeActor);
  const directory = { ask: () => Promise.resolve(ref) };
  const settings = { askTimeoutMs: 1_000 };
  const host = { clock: systemClock, directory, settings } as unknown as StoreClientHost;
  const client = new StoreClient(host);
  return { client, [Symbol.asyncDispose]: () => system[Symbol.asyncDispose]() };
}

const rounds = () => new Promise<void>((resolve) => void setTimeout(resolve, 5));

Deno.test("A commit whose answer is lost is found also when a later one was stored", async () => {
  await using started = await start();
  const { client } = started;
  const outcomes: unknown[] = [];
  const commit = (version: number) =>
    client.commit(turn({ epoch: 1, version }), (outcome) => outcomes[version] = outcome);
  commit(0);
  await rounds();
  commit(1);
  await rounds();
  assertEquals(store.commits.length, 2);
  // The thread of the store has ended once it had stored both.
  for (const { reject } of store.commits) reject(new Error("lost"));
  await rounds();
  assertEquals(outcomes, ["done", "done"]);
});

Deno.test("Nothing more is sent until it is known what became of a commit", async () => {
  await using started = await start();
  const { client } = started;
  const outcomes: unknown[] = [];
  const commit = (version: number) =>
    client.commit(turn({ epoch: 1, version }), (outcome) => outcomes[version] = outcome);
  commit(0);
  await rounds();
  const loaded = Promise.withResolvers<Last>();
  store.load = () => loaded.promise;
  store.commits[0]!.reject(new Error("lost"));
  await rounds();
  commit(1);
  await rounds();
  // It would be what is found.
  assertEquals(store.commits.length, 1);
  loaded.resolve(store.last);
  await rounds();
  store.commits[1]!.resolve(["done"]);
  await rounds();
  assertEquals(outcomes, ["done", "done"]);
});

Deno.test("What becomes of turns is told in their order", async () => {
  await using started = await start();
  const { client } = started;
  const settled: number[] = [];
  for (const version of [0, 1]) {
    client.commit(turn({ epoch: 1, version }), () => settled.push(version));
    await rounds();
  }
  // What builds on it has failed, it has not.
  store.commits[1]!.resolve([new Error("full")]);
  await rounds();
  store.commits[0]!.resolve(["done"]);
  await rounds();
  assertEquals(settled, [0, 1]);
});

const LAST = [
  { what: "nothing of it", turn: null, version: 0, reason: "failed" },
  { what: "something else since", turn: "another", version: 1, reason: "unclear" },
];

Deno.test.each(LAST)("A commit whose answer is lost when $what is there", async (row) => {
  await using started = await start();
  const { client } = started;
  let reason: string | undefined;
  client.commit(turn({ epoch: 1, version: 0 }), (outcome) => {
    reason = (outcome as StoreError).reason;
  });
  await rounds();
  store.load = () => Promise.resolve(row);
  store.commits[0]!.reject(new Error("lost"));
  await rounds();
  assertEquals(reason, row.reason);
});
