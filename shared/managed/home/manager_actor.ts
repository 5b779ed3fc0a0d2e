import { actor } from "../../../actors/actor.ts";
import type { ActorDefinition } from "../../../actors/vocabulary/definition.ts";
import { managerEnded } from "../ended.ts";
import { keepInstances } from "../../../actors/definition/defined_actor.ts";
import type { Ref } from "../../../actors/messaging/ref.ts";
import { loadFor, type PackedMessage, unpackValues } from "../../../channels/packing/packed.ts";
import { thread } from "../../../channels/thread/thread.ts";
import { invoke } from "./_invoke.ts";
import type { ManagedKind, Passage } from "../protocol.ts";
import type { ManagedTarget } from "./table.ts";
import { CustomTarget } from "./_custom_target.ts";
import { ListTarget } from "./_list_target.ts";
import { MapTarget } from "./_map_target.ts";
import { BarrierTarget, LockTarget, QueueTarget } from "./_opened_targets.ts";
import { SetTarget, ValueTarget } from "./_value_targets.ts";
import { keepManager } from "../client.ts";
import { InsideManager } from "./inside.ts";
import { SyncDesk } from "./_sync_desk.ts";

type CustomDefinition = ActorDefinition<Record<string, never>, unknown[]>;
type Maker = (argument: never) => ManagedTarget;

const MAKERS: { readonly [K in Exclude<ManagedKind, "custom">]: Maker } = {
  list: (items: unknown[]) => new ListTarget(items),
  map: (entries: [unknown, unknown][]) => new MapTarget(entries),
  set: (values: unknown[]) => new SetTarget(values),
  namespace: (values: object) => new MapTarget(Object.entries(values)),
  value: (value: unknown) => new ValueTarget(value),
  queue: (capacity: number | undefined) => new QueueTarget(capacity),
  lock: () => new LockTarget(),
  barrier: (parties: number) => new BarrierTarget(parties),
};

/** What runs on a manager's worker. `life` says which thread holds a handle. */
export const managerActor = actor(import.meta, (context) => {
  const inside = new InsideManager(context.self as unknown as Ref);
  const { table } = inside;
  const desk = new SyncDesk();
  const leave = keepManager(context.self.id, inside);
  context.onStop(() => {
    const reason = managerEnded("answer");
    desk.close(reason);
    inside.close(reason);
    leave();
  });
  return {
    thread: () => thread().number,
    create(argument: unknown, kind: Exclude<ManagedKind, "custom">, life: string | null): number {
      try {
        return table.add(kind, MAKERS[kind](argument as never), life);
      } finally {
        table.callDone([argument]);
      }
    },
    /** @param args What `setup` takes, the definition, and the life. */
    async createCustom(...args: unknown[]): Promise<number> {
      const [definition, life] = args.splice(-2) as [CustomDefinition, string | null];
      const local = definition.with({ on: "here", onError: "resume", restart: "temporary" });
      try {
        const ref = await context.spawn(local, ...args);
        return table.add("custom", new CustomTarget(ref), life);
      } finally {
        table.callDone(args);
      }
    },
    /** @param args What the method takes, the number of the object, and the method. */
    call(...args: unknown[]): unknown {
      const [id, method] = args.splice(-2) as [number, string];
      return invoke(table, id, method, args);
    },
    addCaller(caller: string, memory: SharedArrayBuffer, port: MessagePort, life: string | null) {
      desk.add(caller, memory, port, life);
    },
    callSync(caller: string, id: number, method: string, packed: PackedMessage): void {
      // Arguments that cannot be brought back are an error like any other.
      desk.answer(caller, () => {
        const answer = () => invoke(table, id, method, unpackValues(packed, true));
        const loading = loadFor(packed);
        return loading === null ? answer() : loading.then(answer);
      });
    },
    removeCaller: (caller: string) => desk.remove(caller),
    hold: (id: number, life: string | null) => table.hold(id, life),
    claim(id: number, passage: Passage, life: string | null) {
      table.claim(id, passage, life);
    },
    lend: (id: number, passage: Passage) => table.lend(id, passage),
    release: (id: number, life: string | null) => table.release(id, life),
    async size(): Promise<number> {
      // Results of calls that are being sent are held by nothing else.
      await new Promise<void>((resolve) => thread().platform.clock.yieldTo(resolve));
      table.sweep();
      return table.size;
    },
  };
});

keepInstances(managerActor);
