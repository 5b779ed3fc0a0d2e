import { capture, OwnWait } from "../channels/internal.ts";
import type { Cell } from "./_cell.ts";
import { DefinedActor, type DefinedTask, functionOf, isTask } from "./_definition.ts";
import type { Host } from "./_host.ts";
import { copyHere, LocalReply } from "./_local.ts";
import type { PlacementOptions } from "./options.ts";
import type { ExitReason } from "./exit_reason.ts";
import type { Child, Owner } from "./_owner.ts";
import { RemoteChild, type RemoteGuard } from "./_remote_child.ts";
import { RUN, SPAWN } from "./_protocol.ts";
import { Ref } from "./_ref.ts";

type AnyActor = DefinedActor<unknown, unknown[]>;

const FOR_OWN = ["worker", "permissions", "unresponsiveMs"] as const;

/** Where something is to start. */
interface Place {
  readonly at: number;
  /** Whether host 0 chose it, and wants to hear when it is over. */
  readonly counted: boolean;
}

/** Decides about the restarts of an actor, wherever that is. */
export interface AnyGuard extends RemoteGuard {
  /** By what it steers the actor; called before `setup` has begun. */
  attach(controls: Guarded): void;
}

/** What a guard can do with its actor. */
export interface Guarded extends Child {
  halt(): Promise<void>;
  resume(reason: ExitReason): Promise<void>;
  finish(reason: ExitReason): Promise<void>;
}

/**
 * Starts an actor where its options say; resolves when `setup` is done.
 *
 * @param guard Who decides about restarts, instead of the actor's own budget.
 */
export function spawn(
  host: Host,
  definition: unknown,
  args: unknown[],
  owner: Owner,
  guard: AnyGuard | null = null,
): Promise<Ref> {
  try {
    host.checkOpen("spawn actor");
    if (!(definition instanceof DefinedActor)) {
      throw new TypeError("Cannot spawn actor: the first argument must come from actor()");
    }
    const copies = copyHere(args, "message", "args");
    const { name = null } = definition.options;
    const place = findPlace(host, definition.options, name);
    return "then" in place
      ? place.then((place) => spawnAt(host, place, definition, copies, owner, guard))
      : spawnAt(host, place, definition, copies, owner, guard);
  } catch (error) {
    return Promise.reject(error);
  }
}

function spawnAt(
  host: Host,
  place: Place,
  definition: AnyActor,
  args: unknown[],
  owner: Owner,
  guard: AnyGuard | null,
): Promise<Ref> {
  const started = place.at === host.index
    ? spawnHere(host, definition, args, owner, guard)
    : spawnThere(host, place, definition, args, owner, guard);
  const { name } = definition.options;
  if (name === undefined) return started;
  return started.catch(async (error) => {
    await host.network.question(["release", name, null]);
    throw error;
  });
}

function spawnHere(
  host: Host,
  definition: AnyActor,
  args: unknown[],
  owner: Owner,
  guard: AnyGuard | null,
): Promise<Ref> {
  const setup = functionOf(definition);
  if (setup instanceof Promise) {
    return setup.then((setup) => spawnHere(host, definition.loaded(setup), args, owner, guard));
  }
  let cell: Cell | undefined;
  const started = host.start(definition, args, owner, guard, (made) => {
    cell = made;
    guard?.attach(made);
  });
  const refTo = ({ serial }: Cell) => host.refOf(host.index, serial, definition.options.name);
  if (!(started instanceof Promise)) return Promise.resolve(refTo(started));
  const wait = startWait<Ref>(host, definition);
  wait.whenGivenUp = () => void cell?.kill();
  started.then((cell) => wait.resolve(refTo(cell)), (error) => wait.reject(error));
  return wait.promise;
}

async function spawnThere(
  host: Host,
  { at, counted }: Place,
  definition: AnyActor,
  args: unknown[],
  owner: Owner,
  guard: AnyGuard | null,
): Promise<Ref> {
  const wait = startWait<number>(host, definition);
  const packet = capture([definition.placed(), ...args], "wire", "message", "args");
  const isGuarded = guard !== null;
  const id = host.network.send(
    at,
    wait,
    (id) => [SPAWN, id, counted, isGuarded, packet.payload],
    packet,
  );
  wait.whenGivenUp = () => host.network.withdraw(at, id);
  const ref = host.refOf(at, await wait.promise, definition.options.name);
  const child = new RemoteChild(ref, definition, args, owner, counted, guard);
  guard?.attach(child);
  host.network.adopt(child);
  return ref;
}

function startWait<T>(host: Host, { options, address }: AnyActor): OwnWait<T> {
  const { startTimeoutMs = host.settings.startTimeoutMs, name } = options;
  const which = name === undefined ? `of ${address.url}` : `"${name}"`;
  const wait = new OwnWait<T>(() => `start actor ${which}`);
  host.deadlines.start(wait, undefined, startTimeoutMs);
  return wait;
}

/** Runs a task where its options say. */
export async function run(host: Host, task: unknown, args: unknown[]): Promise<unknown> {
  host.checkOpen("run task");
  if (!isTask(task)) {
    throw new TypeError("Cannot run task: the first argument must come from task()");
  }
  const { signal, timeoutMs = Infinity, name = task.address.url } = task.options;
  signal?.throwIfAborted();
  const copies = copyHere(args, "message", "args");
  const notAfter = timeoutMs === Infinity ? null : host.clock.wallTime() + timeoutMs;
  const wait = new OwnWait(() => `run task ${name}`);
  if (!host.deadlines.start(wait, signal, timeoutMs)) return wait.promise;
  host.runs.add(wait);
  try {
    const place = await findPlace(host, task.options, null);
    runAt(host, place, task, copies, wait, notAfter);
    return await wait.promise;
  } finally {
    host.runs.delete(wait);
  }
}

function runAt(
  host: Host,
  { at, counted }: Place,
  task: DefinedTask<unknown[], unknown>,
  args: unknown[],
  wait: OwnWait<unknown>,
  notAfter: number | null,
): void {
  if (wait.settled) {
    if (counted) host.departed(at);
  } else if (at === host.index) {
    host.tasks.run(async () => (await functionOf(task))(...args), new LocalReply(wait));
  } else {
    const packet = capture([task.placed(), ...args], "wire", "message", "args");
    const id = host.network.send(
      at,
      wait,
      (id) => [RUN, id, counted, packet.payload, notAfter],
      packet,
    );
    wait.whenGivenUp = () => host.network.withdraw(at, id);
  }
}

/** Decides where something starts, and reserves its name. A promise when host 0 has to be asked. */
function findPlace(
  host: Host,
  options: PlacementOptions,
  name: string | null,
): Place | Promise<Place> {
  const { on = "any", near, worker, permissions, unresponsiveMs } = options;
  if (on !== "own") {
    for (const option of FOR_OWN) {
      if (options[option] !== undefined) {
        throw new TypeError(`Cannot place: ${option} is for on: "own"`);
      }
    }
  }
  if (near !== undefined || on === "here") {
    const place = { at: near === undefined ? host.index : hostNear(host, near), counted: false };
    if (name === null) return place;
    return host.network.question(["reserve", name]).then(() => place);
  }
  const request = {
    on,
    name,
    worker: worker ?? null,
    permissions: permissions ?? null,
    unresponsiveMs: unresponsiveMs ?? null,
  };
  if (host.coordinator !== null && name === null) {
    return { at: host.coordinator.place(request), counted: true };
  }
  const chosen = host.network.question(["place", request]) as Promise<number>;
  return chosen.then((at) => ({ at, counted: true }));
}

function hostNear(host: Host, near: unknown): number {
  if (near instanceof Ref && near.host === host) return near.at;
  throw new TypeError("Cannot place: near must be an ActorRef of the same system");
}
