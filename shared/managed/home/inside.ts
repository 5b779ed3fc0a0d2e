import { HANDLE } from "../../../channels/message/handle.ts";
import { thread } from "../../../channels/thread/thread.ts";
import { copyHere } from "../../../actors/cell/copy_here.ts";
import type { Ref } from "../../../actors/messaging/ref.ts";
import { HANDLES } from "../kinds.ts";
import { makeHandle, type ManagedObject } from "../managed_object.ts";
import type { ManagedKind, ManagerClient, ManagerHere, Passage } from "../protocol.ts";
import { INSIDE, ManagedTable } from "./table.ts";
import { invoke } from "./_invoke.ts";

/** A manager as the code on its own thread sees it. */
export class InsideManager implements ManagerClient, ManagerHere {
  readonly table: ManagedTable = new ManagedTable();
  readonly #ref: Ref;
  readonly #waits = new Set<AbortController>();
  /** The one handle of each object that is kept inside of others, so that it is the same everywhere. */
  readonly #handles = new Map<number, WeakRef<ManagedObject>>();
  readonly #collected = new FinalizationRegistry<number>((id) => {
    // There may be another one by now.
    if (this.#handles.get(id)?.deref() !== undefined) return;
    this.#handles.delete(id);
    this.table.dropAllArrived(id);
  });
  #lent = 0;

  constructor(ref: Ref) {
    this.#ref = ref;
  }

  get timeoutMs(): number {
    return this.#ref.host.settings.askTimeoutMs;
  }

  get isOver(): boolean {
    return false;
  }

  get manager(): object {
    return this.table;
  }

  get token(): readonly unknown[] {
    return [thread().number, ...this.#ref[HANDLE]()];
  }

  /** A handle has arrived: gives the one that is kept. */
  arrived(id: number, passage: Passage): ManagedObject {
    this.table.arrived(id, passage);
    return this.keptHandle(id);
  }

  /** The handle of an object that other objects can keep; it counts nothing. */
  keptHandle(id: number): ManagedObject {
    const known = this.#handles.get(id)?.deref();
    if (known !== undefined) return known;
    const kind: ManagedKind = this.table.get(id)?.kind ?? "value";
    const seat = {
      client: this,
      kind,
      id,
      limits: null,
      life: { isDisposed: false },
      isKept: true,
    };
    const handle = makeHandle(seat, HANDLES[kind]);
    this.#handles.set(id, new WeakRef(handle));
    this.#collected.register(handle, id);
    return handle;
  }

  endWith(wait: AbortController): () => void {
    this.#waits.add(wait);
    return () => this.#waits.delete(wait);
  }

  /** Ends what waits on this thread. */
  close(reason: unknown): void {
    for (const wait of this.#waits) wait.abort(reason);
    this.table.close();
  }

  async call(id: number, method: string, args: unknown[]): Promise<unknown> {
    const copies = copyHere(args, "message", "args");
    const result = invoke(this.table, id, method, copies);
    // Copied at once where that is possible: it may be what the object itself keeps.
    return copyHere([result instanceof Promise ? await result : result], "reply", "result")[0];
  }

  callSync(): void {
    this.checkBlocking();
  }

  checkBlocking(): never {
    throw new Error(
      "Cannot use sync: this is the manager's own thread, which would wait for itself",
    );
  }

  hold(id: number): void {
    this.table.hold(id, INSIDE);
  }

  release(id: number, isKept: boolean): void {
    if (isKept) this.table.dropArrived(id);
    else this.table.release(id, INSIDE);
  }

  lend(id: number): number {
    this.table.lend(id, [thread().number, ++this.#lent]);
    return this.#lent;
  }
}
