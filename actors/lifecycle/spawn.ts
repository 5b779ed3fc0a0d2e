import { abandonValues } from "../../channels/message/abandon.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import type { Cell } from "../cell/cell.ts";
import { DefinedActor } from "../definition/defined_actor.ts";
import { DefinedKeyed } from "../definition/defined_keyed.ts";
import { type DefinedTask, isTask } from "../definition/defined_task.ts";
import { functionHere } from "../definition/function_here.ts";
import type { Runtime } from "./runtime.ts";
import { LocalReply } from "../cell/local_reply.ts";
import type { Owner } from "../cell/children.ts";
import { RUN } from "../messaging/protocol.ts";
import type { Reservation } from "../messaging/questions.ts";
import type { Target } from "../messaging/ref_owner.ts";
import { mayStartAgain } from "../vocabulary/restart_kind.ts";
import type { SteeringGuard } from "../cell/guard.ts";
import { findSpot, type Spot, startArgs } from "./place.ts";
import { Start, type StartRequest } from "./start.ts";
import type { StartArgs } from "../cell/start_args.ts";

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
    if (definition instanceof DefinedKeyed) {
      throw new TypeError(
        "Cannot spawn actor: the definition comes from keyed(): use system.at(definition, key)",
      );
    }
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
  let spot: Spot | Promise<Spot>;
  try {
    spot = findSpot(host, definition.options, reservation);
  } catch (error) {
    args.abandon();
    throw error;
  }
  const isHere = !("then" in spot) && spot.at === host.index;
  const isAtHand = isHere && functionHere(definition.setup) !== null;
  return isAtHand ? startAtOnce(request) : new Start(request, spot, reservation).ref;
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
  let spot: Spot | null = null;
  try {
    spot = await findSpot(host, task.options, null);
    if (!wait.settled) return runAt(host, spot, task, args, again, wait, notAfter);
  } catch (error) {
    wait.reject(error);
  }
  if (!again) args.abandon();
  if (spot?.counted) host.departed(spot.at);
}

function runAt(
  host: Runtime,
  { at, counted }: Spot,
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
