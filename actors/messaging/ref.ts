import type { Ask, StopOptions, Stream, Tell } from "../vocabulary/actor_ref.ts";
import type { Cell } from "../cell/cell.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import { checkCame, isCount } from "../../channels/vocabulary/malformed.ts";
import { checkMs, checkOptions, checkSignal } from "../../channels/vocabulary/checks.ts";
import {
  HANDLE,
  type Handle,
  type HandleToken,
  registerHandle,
} from "../../channels/message/handle.ts";
import { SELECT, type Selectable, type Selection } from "../../channels/vocabulary/selectable.ts";
import type { RefOwner, Target } from "./ref_owner.ts";
import { ownerOf } from "./systems.ts";
import type { WaitOptions } from "../vocabulary/options.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import { askFacade, streamFacade, tellFacade } from "./verbs.ts";

const NO_LIMITS: WaitOptions = {};

/** What stands behind an {@linkcode ActorRef}. */
export class Ref implements Target, Handle, Selectable {
  /** This thread's part of the system. */
  readonly host: RefOwner;
  /** Index of the host where the actor lives. */
  readonly at: number;
  /** Number of the actor there. */
  readonly serial: number;
  readonly name: string | undefined;
  readonly limits: WaitOptions;
  #tell: Tell<unknown> | undefined;
  #ask: Ask<unknown> | undefined;
  #cell: Cell | undefined;
  #exited: Promise<ExitReason> | undefined;

  constructor(
    host: RefOwner,
    at: number,
    serial: number,
    name: string | undefined,
    limits: WaitOptions = NO_LIMITS,
  ) {
    this.host = host;
    this.at = at;
    this.serial = serial;
    this.name = name;
    this.limits = limits;
  }

  get to(): number {
    return this.serial;
  }

  get isKeyed(): boolean {
    return false;
  }

  get meta(): null {
    return null;
  }

  /** Whether the actor lives, or lived, on this thread. */
  get isHere(): boolean {
    return this.at === this.host.index;
  }

  /** The actor, when it lives on this thread. */
  get cell(): Cell | undefined {
    if (this.#cell === undefined && this.isHere) this.#cell = this.host.cells.get(this.serial);
    return this.#cell;
  }

  get awake(): Cell | undefined {
    return this.cell;
  }

  defer(work: () => void): boolean {
    return this.host.returning.defer(this.serial, work);
  }

  refusal(doing: string): Error {
    return new ActorStoppedError(this.label, doing);
  }

  get id(): string {
    return `${this.host.systemId}:${this.at}.${this.serial}`;
  }

  /** How it is called in errors. */
  get label(): string {
    return this.name ?? `${this.at}.${this.serial}`;
  }

  // deno-lint-ignore no-explicit-any -- as above
  get tell(): Tell<any> {
    return this.#tell ??= tellFacade(this) as Tell<unknown>;
  }

  // deno-lint-ignore no-explicit-any -- as above
  get ask(): Ask<any> {
    return this.#ask ??= askFacade(this) as Ask<unknown>;
  }

  // deno-lint-ignore no-explicit-any -- as above
  get stream(): Stream<any> {
    return streamFacade(this) as Stream<unknown>;
  }

  with(options: WaitOptions): Ref {
    checkOptions("ask", options);
    checkMs("ask", "timeoutMs", options.timeoutMs);
    checkSignal("ask", options.signal);
    return new Ref(this.host, this.at, this.serial, this.name, { ...this.limits, ...options });
  }

  async stop({ drain = false }: StopOptions = {}): Promise<void> {
    await this.host.control.stop(this, drain);
  }

  terminate(): Promise<void> {
    return this.host.control.terminate(this);
  }

  get exited(): Promise<ExitReason> {
    return this.#exited ??= this.host.control.exited(this);
  }

  [SELECT](): Selection {
    return {
      isReady: () => this.host.control.hasEnded(this),
      whenReady: (callback) => {
        let isWanted = true;
        void this.exited.then(() => {
          if (isWanted) callback();
        });
        return () => {
          isWanted = false;
        };
      },
    };
  }

  [HANDLE](): HandleToken {
    return ["ref", this.host.systemId, this.at, this.serial, this.name ?? null];
  }
}

registerHandle("ref", ([systemId, at, serial, name]) => {
  checkCame(isCount(at) && isCount(serial), "ActorRef");
  checkCame(name === null || typeof name === "string", "ActorRef");
  const host = ownerOf(systemId as string);
  if (host !== undefined) {
    return host.refOf(at, serial, name ?? undefined);
  }
  throw new TypeError("Cannot receive message: an ActorRef of another system");
});
