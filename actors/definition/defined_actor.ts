import { capture } from "../../channels/packing/capture.ts";
import { checkCame, isCount } from "../../channels/vocabulary/malformed.ts";
import {
  checkCount,
  checkMs,
  checkOptions,
  checkSignal,
  checkText,
  checkWord,
} from "../../channels/vocabulary/checks.ts";
import {
  HANDLE,
  type Handle,
  type HandleToken,
  registerHandle,
} from "../../channels/packing/handle.ts";
import type { Payload } from "../../channels/packing/marker.ts";
import type { ActorDefinition, Setup } from "../actor.ts";
import { DefinitionError } from "../vocabulary/errors.ts";
import { Habits } from "../cell/habits.ts";
import type { ActorOptions, TaskOptions } from "../vocabulary/options.ts";
import type { Host } from "../host/host.ts";
import { type Address, crossing, type DefinedFunction, lookUp } from "./registry.ts";
import type { TaskDefinition } from "../task.ts";

/** What holds for all definitions with one `setup`, whatever their options. */
class Traits {
  readonly habits = new Habits();
  /** See {@linkcode keepInstances}. */
  keepsInstances = false;
}

const traitsBySetup = new WeakMap<object, Traits>();

function traitsOf(setup: object): Traits {
  let traits = traitsBySetup.get(setup);
  if (traits === undefined) traitsBySetup.set(setup, traits = new Traits());
  return traits;
}

/**
 * Actors of this definition store for others what they are asked to: instances of classes that their thread does not
 * know are kept as they came, and arrive where they are sent on.
 */
export function keepInstances({ setup }: { readonly setup: object }): void {
  traitsOf(setup).keepsInstances = true;
}

const PLACES = ["any", "here", "own"];
const WORKERS = ["web", "thread"];
const RESTARTS = ["permanent", "transient", "temporary"];
const TASK_RESTARTS = ["transient", "temporary"];
const ON_ERROR = ["restart", "resume", "stop"];
const OVERFLOWS = ["reject", "drop-oldest", "drop-newest"];

/** What stands behind an {@linkcode ActorDefinition}. */
export class DefinedActor<H, A extends unknown[]> implements ActorDefinition<H, A>, Handle {
  readonly setup: Setup<H, A>;
  readonly address: Address;
  readonly options: ActorOptions;
  readonly traits: Traits;

  constructor(setup: Setup<H, A>, address: Address, options: ActorOptions, traits?: Traits) {
    this.setup = setup;
    this.address = address;
    this.options = options;
    this.traits = traits ?? traitsOf(setup);
  }

  with(options: ActorOptions): DefinedActor<H, A> {
    checkActorOptions(options);
    const { setup, address, traits } = this;
    return new DefinedActor(setup, address, { ...this.options, ...options }, traits);
  }

  /** Without what only says where to start. */
  placed(): DefinedActor<H, A> {
    return new DefinedActor(this.setup, this.address, withoutPlace(this.options), this.traits);
  }

  /** How it is sent where it starts. */
  payload(): Payload {
    return payloadOf(this.placed());
  }

  /** With the function that its address has been found to stand for. */
  loaded(setup: DefinedFunction): DefinedActor<H, A> {
    return new DefinedActor(setup as Setup<H, A>, this.address, this.options);
  }

  [HANDLE](): HandleToken {
    return ["actor", crossing(this.address), crossingOptions(this.options)];
  }
}

/** What stands behind a {@linkcode TaskDefinition}. */
export interface DefinedTask<A extends unknown[], R> extends TaskDefinition<A, R>, Handle {
  readonly address: Address;
  readonly fn: (...args: A) => R;
  with(options: TaskOptions): DefinedTask<A, R>;
  /** Without what only matters to the caller. */
  placed(): DefinedTask<A, R>;
  /** How it is sent where it runs. */
  payload(): Payload;
}

// deno-lint-ignore no-explicit-any -- the types are forgotten
type AnyDefinition = DefinedActor<any, any> | DefinedTask<any, any>;

/** Makes a task from its function. */
export function defineTask<A extends unknown[], R>(
  fn: (...args: A) => R,
  address: Address,
  options: TaskOptions,
): DefinedTask<A, R> {
  return Object.assign((...args: A) => fn(...args), {
    address,
    fn,
    options,
    with(more: TaskOptions): DefinedTask<A, R> {
      checkTaskOptions(more);
      return defineTask(fn, address, { ...options, ...more });
    },
    placed: () => defineTask(fn, address, {}),
    payload: () => payloadOf(defineTask(fn, address, {})),
    [HANDLE]: (): HandleToken => ["task", crossing(address), crossingOptions(options)],
  });
}

/** Whether a value was made by `task()`. */
export function isTask(value: unknown): value is DefinedTask<unknown[], unknown> {
  return typeof value === "function" && HANDLE in value && "address" in value;
}

function checkActorOptions(options: ActorOptions): void {
  const doing = "configure actor";
  checkOptions(doing, options);
  checkText(doing, "name", options.name);
  checkWord(doing, "on", options.on, PLACES);
  checkWord(doing, "worker", options.worker, WORKERS);
  checkWord(doing, "restart", options.restart, RESTARTS);
  checkWord(doing, "onError", options.onError, ON_ERROR);
  checkWord(doing, "mailbox.overflow", options.mailbox?.overflow, OVERFLOWS);
  checkCount(doing, "mailbox.capacity", options.mailbox?.capacity, 1);
  checkCount(doing, "concurrency", options.concurrency, 1);
  checkMs(doing, "startTimeoutMs", options.startTimeoutMs);
  checkMs(doing, "shutdownMs", options.shutdownMs);
  checkMs(doing, "unresponsiveMs", options.unresponsiveMs);
}

function checkTaskOptions(options: TaskOptions): void {
  const doing = "configure task";
  checkOptions(doing, options);
  checkText(doing, "name", options.name);
  checkWord(doing, "on", options.on, PLACES);
  checkWord(doing, "worker", options.worker, WORKERS);
  checkWord(doing, "restart", options.restart, TASK_RESTARTS);
  checkMs(doing, "unresponsiveMs", options.unresponsiveMs);
  checkMs(doing, "timeoutMs", options.timeoutMs);
  checkSignal(doing, options.signal);
}

function withoutPlace(options: ActorOptions): ActorOptions {
  const {
    on: _on,
    near: _near,
    worker: _worker,
    permissions: _permissions,
    unresponsiveMs: _unresponsiveMs,
    ...rest
  } = options;
  return rest;
}

/** A definition by itself: nothing of it travels beside the text. */
function payloadOf(definition: Handle): Payload {
  return capture([definition], "wire", "message", "definition").payload;
}

/** Options as JSON; those that only mean something in this thread may not be lost silently. */
function crossingOptions(options: { near?: unknown; signal?: unknown }): object {
  if (options.near === undefined && options.signal === undefined) return options;
  const which = options.near !== undefined ? "near" : "signal";
  throw new TypeError(`is a definition with the option ${which}: set it where it is started`);
}

/** Options that came as JSON, which has `null` for `Infinity`; no option is `null`. */
function optionsFrom<T>(options: T): T {
  return Object.fromEntries(
    Object.entries(options as object).map(([name, value]) => [name, value ?? Infinity]),
  ) as T;
}

registerHandle("actor", ([address, options]) => {
  checkDefinition(address, options);
  const known = optionsFrom(options as ActorOptions);
  checkActorOptions(known);
  const setup = lookUp(address as Address) ?? notLoaded(address as Address);
  return new DefinedActor(setup, address as Address, known);
});

registerHandle("task", ([address, options]) => {
  checkDefinition(address, options);
  const known = optionsFrom(options as TaskOptions);
  checkTaskOptions(known);
  const fn = lookUp(address as Address) ?? notLoaded(address as Address);
  return defineTask(fn, address as Address, known);
});

function checkDefinition(address: unknown, options: unknown): asserts options is object {
  const { kind, url, at, print } = address as Partial<Address> ?? {};
  const isSo = [kind, url, print].every((text) => typeof text === "string") &&
    (typeof at === "string" || isCount(at));
  checkCame(isSo && typeof options === "object" && options !== null, "definition");
}

const stubs = new WeakSet<(...args: never[]) => unknown>();

/** Stands for the function of a definition that came in a message, until its module is loaded here. */
function notLoaded({ kind, url }: Address): () => never {
  const stub = () => {
    throw new DefinitionError(`Cannot call ${kind} on this thread: ${url} is not loaded here`);
  };
  stubs.add(stub);
  return stub;
}

/** Whether the function of an actor is known on this thread. */
export function isLoaded({ setup }: DefinedActor<unknown, unknown[]>): boolean {
  return !stubs.has(setup as (...args: never[]) => unknown);
}

/** The function of a definition; a promise when its module has to be loaded first. */
export function functionOf(
  host: Host,
  definition: AnyDefinition,
): DefinedFunction | Promise<DefinedFunction> {
  const fn = "setup" in definition ? definition.setup : definition.fn;
  if (!stubs.has(fn)) return fn;
  const { address, options } = definition;
  return host.load(address, "startTimeoutMs" in options ? options.startTimeoutMs : undefined);
}
