import { ActorSystem } from "@troupe/actors";
import { type ManagedMap, Manager, sharedMemoryTransport } from "@troupe/actors/shared";
import { expectAll } from "../harness/check.ts";
import { useSync } from "./manager_tasks.ts";
import { compare, type Contender } from "../harness/measure.ts";
import { peersOf, startPeers } from "../harness/absent.ts";
import { RawWorker } from "./raw.ts";
import { messageOf } from "./raw_messages.ts";
import { sized } from "../harness/settings.ts";

const IN_FLIGHT = 1000;

/** A managed map, beside messages of a bare worker and Python's `Manager`. */
export async function benchManager() {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const map = await manager.map<string, number>([["a", 0]]);
  await using faster = new ActorSystem({ workers: 1, transport: sharedMemoryTransport() });
  await using fasterManager = new Manager({ system: faster });
  const fasterMap = await fasterManager.map<string, number>([["a", 0]]);
  using raw = new RawWorker();
  const operations = sized(3_000, 100);
  await compare({
    title: "a managed map: set and get, one after the other",
    operations,
    contenders: [
      { name: "postMessage there and back", role: "raw", run: () => echoAll(raw, operations) },
      { name: "Troupe: awaited", run: () => setAndGet(map, operations) },
      { name: "Troupe: sync, in a worker", run: () => system.run(useSync, map, operations) },
      {
        name: "Troupe: sync, sharedMemoryTransport()",
        run: () => faster.run(useSync, fasterMap, operations),
      },
      ...await startPeers(await peersOf<Contender>("python", "manager", operations)),
    ],
  });
  const many = sized(50_000, 2_000);
  await compare({
    title: `a managed map: set and get, ${IN_FLIGHT} in flight`,
    operations: many,
    contenders: [
      { name: "Troupe: awaited", run: () => setAndGetMany(map, many) },
      ...await startPeers(
        await peersOf<Contender>("python", "manager-many", many, sized(10_000, 100)),
      ),
    ],
  });
}

async function echoAll(raw: RawWorker, operations: number): Promise<void> {
  for (let id = 0; id < operations; id++) {
    await raw.call({ kind: "echo", id, message: messageOf(id) });
  }
}

async function setAndGet(map: ManagedMap<string, number>, operations: number): Promise<void> {
  for (let n = 0; n < operations / 2; n++) {
    await map.set("a", n);
    expectAll(await map.get("a") ?? -1, n, "value");
  }
}

async function setAndGetMany(map: ManagedMap<string, number>, operations: number): Promise<void> {
  const client = async (_: unknown, index: number) => {
    for (let n = 0; n < operations / 2 / IN_FLIGHT; n++) {
      await map.set(`k${index}`, n);
      expectAll(await map.get(`k${index}`) ?? -1, n, "value");
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
}
