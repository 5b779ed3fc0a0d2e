import type { Cell } from "../cell/cell.ts";
import type { Meta } from "../cell/item.ts";
import { checkMs, checkOptions, checkSignal, checkText } from "../../channels/vocabulary/checks.ts";
import {
  HANDLE,
  type Handle,
  type HandleOutlet,
  type HandleToken,
  registerHandle,
} from "../../channels/message/handle.ts";
import { checkCame } from "../../channels/vocabulary/malformed.ts";
import { SELECT, type Selectable } from "../../channels/vocabulary/selectable.ts";
import type { Ask, Stream, Tell } from "../vocabulary/actor_ref.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { KeyedSendOptions } from "../vocabulary/keyed_ref.ts";
import type { RefOwner, Target } from "./ref_owner.ts";
import { hostOf } from "./shards.ts";
import { ownerOf } from "./systems.ts";
import { askFacade, streamFacade, tellFacade } from "./verbs.ts";

const NO_LIMITS: KeyedSendOptions = {};

/** What stands behind a {@linkcode KeyedRef}: kind and key, from which follows where the actor is. */
export class RefByKey implements Target, Handle, Selectable {
  readonly host: RefOwner;
  readonly kind: string;
  readonly key: string;
  /** `kind/key`. */
  readonly id: string;
  readonly at: number;
  readonly limits: KeyedSendOptions;
  readonly meta: Meta | null;
  #tell: Tell<unknown> | undefined;
  #ask: Ask<unknown> | undefined;
  /** The actor as it was found last; one that has gone to sleep is ending. */
  #cell: Cell | undefined;

  constructor(
    host: RefOwner,
    kind: string,
    key: string,
    limits: KeyedSendOptions = NO_LIMITS,
    meta: Meta | null = null,
  ) {
    this.host = host;
    this.kind = kind;
    this.key = key;
    this.id = `${kind}/${key}`;
    this.at = hostOf(this.id, host.settings.workers);
    this.limits = limits;
    this.meta = meta;
  }

  get to(): string {
    return this.id;
  }

  /** It has none: another one is active tomorrow. */
  get serial(): number {
    return 0;
  }

  get name(): undefined {
    return undefined;
  }

  get label(): string {
    return this.id;
  }

  get isKeyed(): boolean {
    return true;
  }

  get isHere(): boolean {
    return this.at === this.host.index;
  }

  get awake(): Cell | undefined {
    return this.isHere ? this.host.keyed.awake(this.id) : undefined;
  }

  get cell(): Cell | undefined {
    const known = this.#cell;
    if (known !== undefined && !known.isEnding) return known;
    return this.#cell = this.isHere ? this.host.keyed.cellOf(this.id) : undefined;
  }

  defer(work: () => void): boolean {
    return this.host.keyed.defer(this.id, work);
  }

  refusal(doing: string): Error {
    return this.host.keyed.refusal(this.id, doing);
  }

  // deno-lint-ignore no-explicit-any -- one for all protocols
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

  with(options: KeyedSendOptions): RefByKey {
    checkOptions("ask", options);
    checkMs("ask", "timeoutMs", options.timeoutMs);
    checkSignal("ask", options.signal);
    checkText("ask", "once", options.once);
    const limits = { ...this.limits, ...options };
    const meta = limits.once === undefined ? null : { once: limits.once };
    return new RefByKey(this.host, this.kind, this.key, limits, meta);
  }

  stop(): Promise<void> {
    return this.refuse("stop");
  }

  terminate(): Promise<void> {
    return this.refuse("terminate");
  }

  /** Never settles: there is no end of it. */
  get exited(): Promise<ExitReason> {
    return new Promise(() => {});
  }

  [SELECT](): never {
    throw this.#refusalTo("select");
  }

  /** Rejects what only actors have that end. */
  refuse(doing: string): Promise<never> {
    return Promise.reject(this.#refusalTo(doing));
  }

  #refusalTo(doing: string): TypeError {
    return new TypeError(
      `Cannot ${doing} "${this.id}": a keyed actor sleeps when it is idle, and is never at its end`,
    );
  }

  [HANDLE]({ isKept }: HandleOutlet): HandleToken {
    const { kind, key, host: { systemId } } = this;
    // What is kept is brought back in whatever system reads it.
    return isKept ? ["at", kind, key] : ["at", kind, key, systemId];
  }
}

registerHandle("at", ([kind, key, systemId]) => {
  checkCame(typeof kind === "string" && typeof key === "string", "KeyedRef");
  const host = ownerOf(systemId as string);
  if (host !== undefined) return host.keyed.refTo(`${kind}/${key}`);
  throw new TypeError("Cannot receive message: a KeyedRef of another system");
});
