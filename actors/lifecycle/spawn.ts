import { abandonValues } from "../../channels/packing/abandon.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import type { Cell } from "../cell/cell.ts";
import { DefinedActor } from "../definition/defined_actor.ts";
import { type DefinedTask, isTask } from "../definition/defined_task.ts";
import { functionHere } from "../definition/function_here.ts";
import type { Runtime } from "./runtime.ts";
import { LocalReply } from "../cell/local_reply.ts";
import type { ActorOptions, PlacementOptions } from "../vocabulary/options.ts";
import type { Owner } from "../cell/children.ts";
import { limitFor, type Reservation, RUN } from "../messaging/protocol.ts";
import { Ref } from "../messaging/ref.ts";
import type { Target } from "../messaging/ref_owner.ts";
import { mayStartAgain } from "../vocabulary/restart_kind.ts";
import type { SteeringGuard } from "../cell/guard.ts";
import { type Place, Start, type StartRequest } from "./start.ts";
import { StartArgs } from "../cell/start_args.ts";
import { checkPermissions } from "../hosts/launchers.ts";

/**
 * Starts an actor where its options say; resolves when `setup` is done.
 *
 * @param guard Who decides about restarts, instead of the actor's own budget.
 */
export function spawn(
  host: Runtime,
  definition: unknown,
  args: unknown[],
  owner: Owner,
  guard: SteeringGuard | null = null,
): Promise<Target> {
  try {
    host.checkOpen("spawn actor");
    return spawnUnasked(host, definition, args, owner, guard);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The same, also while the system shuts down: for what is needed to finish work that was accepted before. */
export function spawnUnasked(
  host: Runtime,
  definition: unknown,
  args: unknown[],
  owner: Owner,
  guard: SteeringGuard | null = null,
): Promise<Target> {
  try {
    if (!(definition instanceof DefinedActor)) {
      throw new TypeError("Cannot spawn actor: the first argument must come from actor()");
    }
    const { options } = definition;
    const own = startArgs(host, options, args, mayStartAgain(options.restart));
    const reservation = options.name === undefined
      ? null
      : { name: options.name, claim: host.newClaim() };
    const request = { host, definition, args: own, owner, guard };
    return start(request, reservation);
  } catch (error) {
    return Promise.reject(error);
  }
}

function start(request: StartRequest, reservation: Reservation | null): Promise<Target> {
  const { host, definition, args } = request;
  let place: Place | Promise<Place>;
  try {
    place = findPlace(host, definition.options, reservation);
  } catch (error) {
    args.abandon();
    throw error;
  }
  const isHere = !("then" in place) && place.at === host.index;
  const isAtHand = isHere && functionHere(definition.setup) !== null;
  return isAtHand ? startAtOnce(request) : new Start(request, place, reservation).ref;
}

/** Starts an actor without a name on this thread. */
function startAtOnce({ host, definition, args, owner, guard }: StartRequest): Promise<Target> {
  let cell: Cell | undefined;
  const started = host.actors.start(definition, args.here(), owner, guard, null, (made) => {
    cell = made;
    guard?.attach(made);
  });
  const refTo = ({ serial }: Cell) => host.refOf(host.index, serial, undefined);
  if (!(started instanceof Promise)) return Promise.resolve(refTo(started));
  const { startTimeoutMs = host.settings.startTimeoutMs } = definition.options;
  const wait = new OwnWait<Target>(() => `start actor of ${definition.address.url}`);
  wait.whenGivenUp = () => void cell?.kill();
  if (!host.deadlines.start(wait, undefined, startTimeoutMs)) wait.onGivenUp();
  started.then((cell) => wait.resolve(refTo(cell)), (error) => wait.reject(error));
  return wait.promise;
}

/** Runs a task where its options say. */
export async function run(host: Runtime, task: unknown, args: unknown[]): Promise<unknown> {
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
  host: Runtime,
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
  const isShared = timeoutMs !== Infinity && !host.clock.isFaked;
  const notAfter = isShared ? host.clock.wallTime() + timeoutMs : null;
  host.runs.set(wait, name);
  void runSomewhere(host, task, args, again, wait, notAfter);
  try {
    return await wait.promise;
  } finally {
    host.runs.delete(wait);
  }
}

/** Finds a place and starts there; whatever fails ends the wait. */
async function runSomewhere(
  host: Runtime,
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
  host: Runtime,
  { at, counted }: Place,
  task: DefinedTask<unknown[], unknown>,
  args: StartArgs,
  again: boolean,
  wait: OwnWait<unknown>,
  notAfter: number | null,
): void {
  if (at === host.index) {
    const values = again ? args.copy() : args.here();
    const work = async () => (await (functionHere(task.fn) ?? host.load(task.address)))(...values);
    void host.tasks.run(work, new LocalReply(wait)).then((hasRun) => {
      if (!hasRun && !again) abandonValues(values);
      if (counted) host.departed(at);
    });
  } else {
    const packet = args.toSend();
    const what = task.payload();
    const id = host.requests.send(
      at,
      wait,
      (id) => [RUN, id, counted, what, packet.payload, notAfter],
      packet,
      counted ? () => host.departed(at) : undefined,
    );
    wait.whenGivenUp = () => host.requests.withdraw(at, id);
  }
}

/**
 * Captures the arguments of what is to start, where its options say.
 *
 * @throws {TypeError} when the options contradict each other, or an argument cannot cross: before anything has begun.
 */
export function startArgs(
  host: Runtime,
  options: PlacementOptions,
  args: unknown[],
  again: boolean,
): StartArgs {
  checkPlace(host, options);
  return new StartArgs(args, staysHere(host, options), again);
}

/** @throws {TypeError} when the options contradict each other. */
function checkPlace(host: Runtime, options: PlacementOptions): void {
  const { on = "own", near, own } = options;
  if (near !== undefined) hostNear(host, near);
  if (own === undefined) return;
  if (near !== undefined) throw new TypeError("Cannot place: near and own exclude each other");
  if (on !== "own") throw new TypeError(`Cannot place: on: "${on}" and own exclude each other`);
  if (own.worker !== undefined) checkPermissions(own.worker, own.permissions ?? null);
}

/** Which kind of place is wanted, unless near somebody. */
function kindOfPlace({ on, own }: PlacementOptions): "any" | "here" | "own" {
  return on ?? (own === undefined ? "any" : "own");
}

/** Whether it is certain that something starts on this thread. */
function staysHere({ coordinator, index }: Runtime, options: PlacementOptions): boolean {
  const { near } = options;
  if (near !== undefined) return (near as unknown as Ref).at === index;
  const on = kindOfPlace(options);
  return on === "here" || on === "any" && coordinator !== null && coordinator.isLocal;
}

/** Decides where something starts, and reserves a name. A promise when host 0 has to be asked. */
function findPlace(
  host: Runtime,
  options: PlacementOptions & Pick<ActorOptions, "name" | "startTimeoutMs">,
  reservation: Reservation | null,
): Place | Promise<Place> {
  const { near, own: { worker, permissions, unresponsiveMs } = {} } = options;
  const on = kindOfPlace(options);
  if (near !== undefined || on === "here") {
    const place = { at: near === undefined ? host.index : hostNear(host, near), counted: false };
    if (reservation === null) return place;
    return host.directory.ask(["reserve", reservation]).then(() => place);
  }
  const request = {
    on,
    reservation,
    worker: worker ?? null,
    permissions: permissions ?? null,
    unresponsiveMs: limitFor(unresponsiveMs),
    startTimeoutMs: limitFor(options.startTimeoutMs),
    label: options.name ?? null,
  };
  if (host.coordinator !== null && reservation === null) {
    return { at: host.coordinator.place(request), counted: true };
  }
  const chosen = host.directory.ask(["place", request]) as Promise<number>;
  return chosen.then((at) => ({ at, counted: true }));
}

function hostNear(host: Runtime, near: unknown): number {
  if (near instanceof Ref && near.host === host) return near.at;
  throw new TypeError("Cannot place: near must be an ActorRef of the same system");
}
