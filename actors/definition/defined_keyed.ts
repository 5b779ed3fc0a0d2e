import {
  HANDLE,
  type Handle,
  type HandleToken,
  registerHandle,
} from "../../channels/message/handle.ts";
import { checkCame } from "../../channels/vocabulary/malformed.ts";
import type { KeyedDefinition, KeyedOptions } from "../vocabulary/keyed_definition.ts";
import { DefinitionError } from "../vocabulary/errors.ts";
import type { ActorOptions } from "../vocabulary/options.ts";
import { checkDefinition } from "./_crossing.ts";
import { DefinedActor } from "./defined_actor.ts";
import { type DurableRules, durableRules } from "./durable_rules.ts";
import { notLoaded } from "./function_here.ts";
import { type Address, crossing, lookUp } from "./registry.ts";

const MAILBOX = { capacity: 1_000 };

/** Those that were made on this thread, by their `setup`. */
const bySetup = new WeakMap<object, DefinedKeyed<unknown>>();

/** What stands behind a {@linkcode KeyedDefinition}. */
export class DefinedKeyed<H> implements KeyedDefinition<H>, Handle {
  readonly kind: string;
  readonly options: KeyedOptions;
  /** What its actors are made of where they are active. */
  readonly actor: DefinedActor<H, unknown[]>;
  readonly setup: KeyedDefinition<H>["setup"];
  /** `null` when its actors are volatile. */
  readonly durable: DurableRules | null;

  constructor(
    kind: string,
    setup: KeyedDefinition<H>["setup"],
    address: Address,
    options: KeyedOptions,
  ) {
    this.kind = kind;
    this.options = options;
    this.setup = setup;
    this.durable = durableRules(options);
    // It is started with its key.
    const plain = setup as Setup<H>;
    const started = this.durable === null ? plain : afterLoad(plain);
    this.actor = new DefinedActor(started, address, actorOptions(options));
  }

  [HANDLE](): HandleToken {
    return ["keyed", this.kind, crossing(this.actor.address)];
  }
}

type Setup<H> = DefinedActor<H, unknown[]>["setup"];

/** The life of a durable actor, as far as its `setup` has to wait for it. */
interface LifeToLoad {
  /** `null` when there is nothing to wait for. */
  readonly cell: { load(): Promise<void> | null };
}

/** Runs `setup` once the state is there. */
function afterLoad<H>(setup: Setup<H>): Setup<H> {
  return (life, ...args) => {
    const loading = (life as unknown as LifeToLoad).cell.load();
    return loading === null ? setup(life, ...args) : loading.then(() => setup(life, ...args));
  };
}

function actorOptions(options: KeyedOptions): ActorOptions {
  const { mailbox = MAILBOX, concurrency, onError, startTimeoutMs, shutdownMs } = options;
  return { mailbox, concurrency, onError, startTimeoutMs, shutdownMs };
}

/** Notes a definition that was made on this thread. */
export function noteKeyed(definition: DefinedKeyed<unknown>): void {
  bySetup.set(definition.setup, definition);
}

/** The definition with this `setup`, which is loaded here. */
export function keyedWith(setup: object): DefinedKeyed<unknown> | undefined {
  return bySetup.get(setup);
}

/** The name of a kind that was given none: of its module, and which one it is there. */
export function kindOf({ url, at }: Address): string {
  const [file = ""] = new URL(url).pathname.split("/").slice(-1);
  const name = decodeURIComponent(file).replace(/\.[^.]*$/, "") || "keyed";
  return at === 0 ? name : `${name}#${at}`;
}

/** @throws {DefinitionError} when two definitions with one kind are not the same. */
export function checkSame(known: DefinedKeyed<unknown>, other: DefinedKeyed<unknown>): void {
  const { url, at } = known.actor.address;
  const { address } = other.actor;
  if (url === address.url && at === address.at) return;
  throw new DefinitionError(
    `Cannot use kind "${known.kind}": it is defined in ${url} and in ${address.url}; give one of them ` +
      "another name: keyed(import.meta, { kind: ... }, setup)",
  );
}

registerHandle("keyed", ([kind, address]) => {
  checkDefinition(address, {});
  checkCame(typeof kind === "string", "definition");
  const setup = lookUp(address as Address);
  const known = setup && bySetup.get(setup);
  return known ?? new DefinedKeyed(kind, notLoaded(address as Address), address as Address, {});
});
