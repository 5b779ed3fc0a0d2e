import type { Timer } from "../../channels/thread/clock.ts";
import type { Cell } from "../cell/cell.ts";
import type { Owner } from "../cell/children.ts";
import type { CellEnvironment } from "../cell/environment.ts";
import type { DefinedKeyed } from "../definition/defined_keyed.ts";
import { checkKey, checkKind } from "../definition/check_keyed.ts";
import type { DurableRules } from "../definition/durable_rules.ts";
import { thread } from "../../channels/thread/thread.ts";
import type { HandleReviver } from "../../channels/message/handle.ts";
import type { LocalActors } from "../lifecycle/local_actors.ts";
import { RefByKey } from "../messaging/keyed_ref.ts";
import type { KeyedHere, RefOwner } from "../messaging/ref_owner.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { UnknownKindError } from "../vocabulary/errors.ts";
import type { OwnedAlarm } from "../vocabulary/store.ts";
import type { DurableSide } from "./_actor_record.ts";
import { Backoffs } from "./_backoffs.ts";
import { DurableCell } from "./_durable_cell.ts";
import { Gate } from "./_gate.ts";
import { StoreClient } from "./_store_client.ts";
import { keyIn, kindIn } from "./ids.ts";
import { type Home, KeyedCell } from "./_keyed_cell.ts";
import { KindsHere, type KindsHost } from "./_kinds_here.ts";

// Of a random id enough to tell one thread's turns from those of other threads that one actor has been on.
const ID_CHARACTERS = 13;

/** What keyed actors need of the host that they are on. */
export interface KeyedHost extends RefOwner, KindsHost, CellEnvironment, Owner {
  readonly clock: KindsHost["clock"];
  readonly settings: RefOwner["settings"];
  readonly observer: RefOwner["observer"];
  readonly reports: RefOwner["reports"];
  readonly index: number;
  refOf: RefOwner["refOf"];
  readonly actors: LocalActors;
  gate: RefOwner["gate"];
  /** A kind is used here that host 0 may not know. */
  announceKind(definition: DefinedKeyed<unknown>): void;
}

/**
 * The keyed actors of one host: those of its shards. The first message activates one, and when it has nothing to do for
 * some time it sleeps, that is, nothing of it is left.
 */
export class KeyedActors implements KeyedHere, Home {
  readonly #host: KeyedHost;
  readonly #kinds: KindsHere;
  readonly #backoffs: Backoffs;
  readonly #cells = new Map<string, KeyedCell>();
  readonly #sides = new Map<DurableRules, DurableSide>();
  #store: StoreClient | null = null;
  /** Tells the turns of this thread from all others that ever were. */
  readonly #life = thread().platform.uuid().slice(0, ID_CHARACTERS);
  #turns = 0;
  /** Brings back what is stored by identity. */
  readonly handles: ReadonlyMap<string, HandleReviver> = new Map([["at", ([kind, key]) => {
    checkKind("read what is stored", kind);
    checkKey("read what is stored", key);
    return this.refTo(`${kind}/${key}`);
  }]]);
  #isQuiet = false;
  /** Activations that wait. */
  readonly #putOff = new Map<KeyedCell, Timer>();

  constructor(host: KeyedHost) {
    this.#host = host;
    this.#kinds = new KindsHere(host);
    this.#backoffs = new Backoffs(host.clock);
  }

  /**
   * A reference to an actor, whether it is active or not.
   *
   * @throws {TypeError} when the key will not do.
   * @throws {DefinitionError} when another definition has the same kind.
   */
  at(definition: DefinedKeyed<unknown>, key: string): RefByKey {
    checkKey(`address "${definition.kind}"`, key);
    this.#checkDurable("address", definition);
    this.name(definition);
    return new RefByKey(this.#host, definition.kind, key);
  }

  /** Names a kind that is used here. */
  name(definition: DefinedKeyed<unknown>): void {
    if (this.#kinds.name(definition)) this.#host.announceKind(definition);
  }

  #checkDurable(doing: string, { kind, durable }: DefinedKeyed<unknown>): void {
    if (durable === null) return;
    const { durability, kinds } = this.#host.settings;
    const what = durability === null ? "a store: new ActorSystem({ store, kinds })" : null;
    const which = kinds.includes(kind) ? null : `it among its kinds: new ActorSystem({ kinds })`;
    const missing = what ?? which;
    if (missing === null) return;
    throw new TypeError(`Cannot ${doing} "${kind}": it has state, so the system needs ${missing}`);
  }

  awake(id: string): Cell | undefined {
    return this.#cells.get(id);
  }

  cellOf(id: string): Cell | undefined {
    return this.#cells.get(id) ?? this.#activate(id);
  }

  defer(id: string, work: () => void): boolean {
    return this.#kinds.defer(kindIn(id), work);
  }

  refTo(id: string): RefByKey {
    return new RefByKey(this.#host, kindIn(id), keyIn(id));
  }

  refusal(id: string, doing: string): Error {
    const cause = this.#kinds.failureOf(kindIn(id));
    if (cause instanceof UnknownKindError) return new UnknownKindError(cause.kind, { cause });
    return new Error(`Cannot ${doing} of actor "${id}": its kind could not be loaded`, { cause });
  }

  /** A life has ended: it slept in, has failed, or could not begin. */
  failed(reason: ExitReason, serial: number): void {
    const cell = this.#host.cells.get(serial) as KeyedCell | undefined;
    // The system has shut down meanwhile.
    if (cell === undefined) return;
    const kind = this.#kinds.active(kindIn(cell.id))!;
    // What is under way to the store has to be known before the next activation reads it.
    if (!cell.isSettled) {
      return cell.whenSettled(() => {
        // A shutdown may have begun the next life already.
        if (cell.isBetweenLives) this.failed(reason, serial);
      });
    }
    const startError = cell.takeStartError();
    const isKept = kind.keeps(cell.id) && !this.#isQuiet;
    kind.remove(cell);
    if (startError !== null) {
      this.#backoffs.failed(cell.id);
      cell.rejectAll(startError.error);
    } else {
      this.#backoffs.worked(cell.id);
      if (cell.messages > 0 || isKept) {
        kind.add(cell);
        return cell.activateAgain();
      }
    }
    this.#cells.delete(cell.id);
    cell.leaveMemory();
    this.#host.actors.release(cell, this.#host);
    if (isKept) this.#activate(cell.id);
  }

  /** Activates an actor that is to be active always. */
  wake(id: string): void {
    if (this.#isQuiet || this.cellOf(id) !== undefined) return;
    this.defer(id, () => this.wake(id));
  }

  /** One has come to its final end: the system shuts down. */
  ended(): void {}

  /** The alarms of all durable actors, the next one first. */
  alarms(): Promise<OwnedAlarm[]> {
    return this.#client.alarms();
  }

  get #client(): StoreClient {
    return this.#store ??= new StoreClient(this.#host);
  }

  /** Nothing can be stored any more. */
  close(): void {
    this.#store?.close();
  }

  /** Nobody sleeps any more by himself: the system shuts down. */
  quiet(): void {
    this.#isQuiet = true;
    this.#kinds.stop();
    // What waits for them is handled now or never.
    for (const [cell, timer] of this.#putOff) {
      timer.cancel();
      cell.activate();
    }
    this.#putOff.clear();
  }

  #activate(id: string): KeyedCell | undefined {
    const kind = this.#kinds.active(kindIn(id));
    if (kind === undefined) return undefined;
    const host = this.#host;
    const cell = host.actors.adopt((serial) => {
      const key = keyIn(id);
      const { actor, durable } = kind.definition;
      if (durable === null) return new KeyedCell(host, serial, actor, id, key, host, this, kind);
      const cell = new DurableCell(host, serial, actor, id, key, host, this, kind);
      cell.side = this.#sideOf(durable);
      return cell;
    }, host);
    this.#cells.set(id, cell);
    kind.add(cell);
    const ms = this.#backoffs.leftMs(id);
    if (ms > 0) this.#activateIn(cell, ms);
    else cell.activate();
    return cell;
  }

  /** What the durable actors of a kind need. */
  #sideOf(rules: DurableRules): DurableSide {
    let side = this.#sides.get(rules);
    if (side !== undefined) return side;
    const host = this.#host;
    host.gate ??= new Gate();
    side = {
      rules,
      store: this.#client,
      clock: host.clock,
      durability: host.settings.durability ?? "disk",
      handles: this.handles,
      newTurn: () => `${this.#life}.${++this.#turns}`,
      posted: (definition) => {
        this.#checkDurable("post to", definition);
        this.name(definition);
      },
      hint: (due) => void host.directory.ask(["due", due]).catch(() => {}),
    };
    this.#sides.set(rules, side);
    return side;
  }

  /** One that could not be activated is tried again after some time. */
  #activateIn(cell: KeyedCell, ms: number): void {
    const timer = this.#host.clock.setTimer(() => {
      this.#putOff.delete(cell);
      cell.activate();
    }, ms);
    this.#putOff.set(cell, timer);
  }
}
