/**
 * Asks the counters of Effect's cluster, each by a caller of its own, one ask after the other. Arguments: the database,
 * how many counters, for how many milliseconds. Prints the answers a second.
 *
 * @module
 */
import { expectAll } from "../harness/check.ts";
import { loadPeer } from "./versions.ts";

/** A value of Effect that is only handed on. */
type Opaque = object;
interface Layer {
  pipe(...steps: Opaque[]): Layer;
}
interface Counter {
  increment(): Opaque;
}
interface Entity {
  readonly client: Opaque;
  annotateRpcs(tag: Opaque, value: unknown): Entity;
  toLayer(build: Opaque): Layer;
}
interface Runtime {
  runPromise<T>(effect: Opaque): Promise<T>;
}
interface EffectModule {
  Effect: { sync(run: () => unknown): Opaque };
  Layer: { provide(layer: Opaque): Opaque; provideMerge(layer: Opaque): Opaque };
  ManagedRuntime: { make(layer: Layer): Runtime };
  Schema: { Number: Opaque };
}
interface Cluster {
  ClusterSchema: { Persisted: Opaque };
  Entity: { make(name: string, protocol: Opaque[]): Entity };
  SingleRunner: { layer(): Layer };
}
interface Rpcs {
  Rpc: { make(name: string, options: Opaque): Opaque };
}
interface SqlLibsql {
  LibsqlClient: { layer(options: { liveClient: Libsql }): Layer };
}
interface Libsql {
  execute(sql: string): Promise<unknown>;
}
interface LibsqlModule {
  createClient(options: { url: string; intMode: "bigint" }): Libsql;
}

const [file, keys, runMs] = Deno.args;
// Effect logs with it, and the figure is to stand alone.
const print = console.log;
console.log = console.error;

const { Effect, Layer, ManagedRuntime, Schema } = await loadPeer<EffectModule>("effect");
const { ClusterSchema, Entity, SingleRunner } = await loadPeer<Cluster>("@effect/cluster");
const { Rpc } = await loadPeer<Rpcs>("@effect/rpc");
const { LibsqlClient } = await loadPeer<SqlLibsql>("@effect/sql-libsql");
// In Deno the package itself is its client for the web, which has no files. Ids of messages are too large for numbers.
const { createClient } = await loadPeer<LibsqlModule>("@libsql/client", "/sqlite3");
const liveClient = createClient({ url: `file:${file}`, intMode: "bigint" });
await liveClient.execute("PRAGMA journal_mode = WAL");

const entity = Entity
  .make("Counter", [Rpc.make("increment", { success: Schema.Number })])
  .annotateRpcs(ClusterSchema.Persisted, true);
const counters = entity.toLayer(Effect.sync(() => {
  let count = 0;
  return { increment: () => Effect.sync(() => ++count) };
}));
const runtime = ManagedRuntime.make(counters.pipe(
  Layer.provideMerge(SingleRunner.layer()),
  Layer.provide(LibsqlClient.layer({ liveClient })),
));
const counterOf = await runtime.runPromise<(key: string) => Counter>(entity.client);
const ask = (key: string) => runtime.runPromise<number>(counterOf(key).increment());
await ask("first");

const start = performance.now();
let done = 0;
await Promise.all(Array.from({ length: Number(keys) }, async (_, number) => {
  let count = 0;
  // At least once: to begin with so many may take longer than a run.
  do {
    expectAll(await ask(`counter ${number}`), ++count, "increments");
    done++;
  } while (performance.now() - start < Number(runMs));
}));
print(done / (performance.now() - start) * 1_000);
// The cluster goes on.
Deno.exit();
