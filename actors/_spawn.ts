import { abandonValues, OwnWait, type Packet } from "../channels/internal.ts";
import type { Cell } from "./_cell.ts";
import { DefinedActor, type DefinedTask, functionOf, isTask } from "./_definition.ts";
import type { Host } from "./_host.ts";
import { LocalReply } from "./_local.ts";
import type { PlacementOptions } from "./options.ts";
import type { ExitReason } from "./exit_reason.ts";
import type { Child, Owner } from "./_owner.ts";
import { RemoteChild, type RemoteGuard } from "./_remote_child.ts";
import { RUN, SPAWN } from "./_protocol.ts";
import { Ref } from "./_ref.ts";
import { mayStartAgain } from "./_restart.ts";
import { StartArgs } from "./_start_args.ts";
import { checkPermissions } from "./_workers.ts";

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
    const own = startArgs(
      host,
      definition.options,
      args,
      mayStartAgain(definition.options.restart),
    );
    const place = placeFor(host, definition, own);
    return "then" in place
      ? place.then((place) => spawnAt(host, place, definition, own, owner, guard))
      : spawnAt(host, place, definition, own, owner, guard);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Decides where an actor starts; without a place nothing of its arguments is left. */
function placeFor(
  host: Host,
  { options }: AnyActor,
  args: StartArgs,
): Place | Promise<Place> {
  const failed = (error: unknown): never => {
    args.abandon();
    throw error;
  };
  try {
    const place = findPlace(host, options, options.name ?? null);
    return "then" in place ? place.catch(failed) : place;
  } catch (error) {
    return failed(error);
  }
}

function spawnAt(
  host: Host,
  place: Place,
  definition: AnyActor,
  args: StartArgs,
  owner: Owner,
  guard: AnyGuard | null,
): Promise<Ref> {
  const started = place.at === host.index
    ? spawnHere(host, place, definition, args, owner, guard)
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
  place: Place,
  definition: AnyActor,
  args: StartArgs,
  owner: Owner,
  guard: AnyGuard | null,
): Promise<Ref> {
  let cell: Cell | undefined;
  try {
    const setup = functionOf(host, definition);
    if (setup instanceof Promise) {
      const loaded = setup.then((setup) => definition.loaded(setup));
      return loaded.then(
        (loaded) => spawnHere(host, place, loaded, args, owner, guard),
        (error) => notStarted(host, place, args, error),
      );
    }
    const started = host.start(definition, args.here(), owner, guard, (made) => {
      cell = made;
      guard?.attach(made);
      if (place.counted) void made.exited.then(() => host.departed(place.at));
    });
    const refTo = ({ serial }: Cell) => host.refOf(host.index, serial, definition.options.name);
    if (!(started instanceof Promise)) return Promise.resolve(refTo(started));
    const wait = startWait<Ref>(definition);
    wait.whenGivenUp = () => void cell?.kill();
    limitStart(host, definition, wait);
    started.then((cell) => wait.resolve(refTo(cell)), (error) => wait.reject(error));
    return wait.promise;
  } catch (error) {
    return cell === undefined ? notStarted(host, place, args, error) : Promise.reject(error);
  }
}

async function spawnThere(
  host: Host,
  place: Place,
  definition: AnyActor,
  args: StartArgs,
  owner: Owner,
  guard: AnyGuard | null,
): Promise<Ref> {
  const { at, counted } = place;
  let packet: Packet;
  try {
    packet = args.toSend();
  } catch (error) {
    return await notStarted(host, place, args, error);
  }
  const wait = startWait<number>(definition);
  const isGuarded = guard !== null;
  const what = definition.payload();
  const id = host.network.send(
    at,
    wait,
    (id) => [SPAWN, id, counted, isGuarded, what, packet.payload],
    packet,
  );
  wait.whenGivenUp = () => host.network.withdraw(at, id);
  limitStart(host, definition, wait);
  const ref = host.refOf(at, await wait.promise, definition.options.name);
  const child = new RemoteChild(ref, definition, args, owner, counted, guard);
  guard?.attach(child);
  host.network.adopt(child);
  return ref;
}

/** It does not come to a start: its place is free again, and what it was to get is closed. */
function notStarted(host: Host, { at, counted }: Place, args: StartArgs, error: unknown) {
  args.abandon();
  if (counted) host.departed(at);
  return Promise.reject(error);
}

function startWait<T>({ options: { name }, address }: AnyActor): OwnWait<T> {
  const which = name === undefined ? `of ${address.url}` : `"${name}"`;
  return new OwnWait<T>(() => `start actor ${which}`);
}

/** Begins the time that a start may take. A wait whose time is over at once is given up like any other. */
function limitStart<T>(host: Host, { options }: AnyActor, wait: OwnWait<T>): void {
  const { startTimeoutMs = host.settings.startTimeoutMs } = options;
  if (!host.deadlines.start(wait, undefined, startTimeoutMs)) wait.onGivenUp();
}

/** Runs a task where its options say. */
export async function run(host: Host, task: unknown, args: unknown[]): Promise<unknown> {
  host.checkOpen("run task");
  if (!isTask(task)) {
    throw new TypeError("Cannot run task: the first argument must come from task()");
  }
  task.options.signal?.throwIfAborted();
  return await runTask(host, task, startArgs(host, task.options, args, false), false);
}

/**
 * Runs a task with arguments that were captured for it.
 *
 * @param again Whether it may have to run with them another time: they stay what they are.
 */
export async function runTask(
  host: Host,
  task: DefinedTask<unknown[], unknown>,
  args: StartArgs,
  again: boolean,
): Promise<unknown> {
  const { signal, timeoutMs = Infinity, name = task.address.url } = task.options;
  const wait = new OwnWait(() => `run task ${name}`);
  if (!host.deadlines.start(wait, signal, timeoutMs)) {
    if (!again) args.abandon();
    return await wait.promise;
  }
  const notAfter = timeoutMs === Infinity ? null : host.clock.wallTime() + timeoutMs;
  host.runs.add(wait);
  void runSomewhere(host, task, args, again, wait, notAfter);
  try {
    return await wait.promise;
  } finally {
    host.runs.delete(wait);
  }
}

/** Finds a place and starts there; whatever fails ends the wait. */
async function runSomewhere(
  host: Host,
  task: DefinedTask<unknown[], unknown>,
  args: StartArgs,
  again: boolean,
  wait: OwnWait<unknown>,
  notAfter: number | null,
): Promise<void> {
  let place: Place | null = null;
  try {
    place = await findPlace(host, task.options, null);
    if (!wait.settled) return runAt(host, place, task, args, again, wait, notAfter);
  } catch (error) {
    wait.reject(error);
  }
  if (!again) args.abandon();
  if (place?.counted) host.departed(place.at);
}

function runAt(
  host: Host,
  { at, counted }: Place,
  task: DefinedTask<unknown[], unknown>,
  args: StartArgs,
  again: boolean,
  wait: OwnWait<unknown>,
  notAfter: number | null,
): void {
  if (at === host.index) {
    const values = again ? args.copy() : args.here();
    const work = async () => (await functionOf(host, task))(...values);
    void host.tasks.run(work, new LocalReply(wait)).then((hasRun) => {
      if (!hasRun && !again) abandonValues(values);
      if (counted) host.departed(at);
    });
  } else {
    const packet = args.toSend();
    const what = task.payload();
    const id = host.network.send(
      at,
      wait,
      (id) => [RUN, id, counted, what, packet.payload, notAfter],
      packet,
    );
    wait.whenGivenUp = () => host.network.withdraw(at, id);
  }
}

/**
 * Captures the arguments of what is to start, where its options say.
 *
 * @throws {TypeError} when the options contradict each other, or an argument cannot cross: before anything has begun.
 */
export function startArgs(
  host: Host,
  options: PlacementOptions,
  args: unknown[],
  again: boolean,
): StartArgs {
  checkPlace(host, options);
  return new StartArgs(args, staysHere(host, options), again);
}

/** @throws {TypeError} when the options contradict each other. */
function checkPlace(host: Host, options: PlacementOptions): void {
  const { on = "any", near, worker, permissions } = options;
  if (on !== "own") {
    for (const option of FOR_OWN) {
      if (options[option] !== undefined) {
        throw new TypeError(`Cannot place: ${option} is for on: "own"`);
      }
    }
  }
  if (near !== undefined) hostNear(host, near);
  if (worker !== undefined) checkPermissions(worker, permissions ?? null);
}

/** Whether it is certain that something starts on this thread. */
function staysHere({ coordinator, index }: Host, { on = "any", near }: PlacementOptions): boolean {
  if (near !== undefined) return (near as unknown as Ref).at === index;
  return on === "here" || on === "any" && coordinator !== null && coordinator.isLocal;
}

/** Decides where something starts, and reserves its name. A promise when host 0 has to be asked. */
function findPlace(
  host: Host,
  options: PlacementOptions,
  name: string | null,
): Place | Promise<Place> {
  const { on = "any", near, worker, permissions, unresponsiveMs } = options;
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
