import { Adoption } from "../../channels/vocabulary/adoption.ts";
import type { ActorDefinition, TaskDefinition } from "../vocabulary/definition.ts";
import { ActorMember } from "./_actor_member.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import { ActorSystem, hostBehind } from "../system/actor_system.ts";
import { type DefinedTask, isTask } from "../definition/defined_task.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { supervisorEnded } from "./_ended.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Host } from "../host/host.ts";
import { useSystem } from "../system/implicit_system.ts";
import { type Child, type Owner, TimeShare } from "../cell/children.ts";
import { mayStartAgain, type RestartKind } from "../vocabulary/restart_kind.ts";
import { startArgs } from "../lifecycle/place.ts";
import { runTask, spawn } from "../lifecycle/spawn.ts";
import { policyOf } from "./_policy.ts";
import { type Member, Supervision } from "./_supervision.ts";
import type { ResultsOptions, SuperviseOptions, SupervisorOptions } from "./supervisor_options.ts";
import { TaskMember } from "./_task_member.ts";
import { type TaskResult, TaskResults } from "./task_results.ts";

/** Where a supervisor belongs. */
interface Seat {
  readonly host: Host;
  /** Who ends it, when that is an actor or the thread. */
  readonly owner: Owner | null;
  /** It has given up. */
  readonly onExhausted: (error: Error) => void;
  /** It has ended. */
  readonly onEnded: () => Promise<void>;
}

/** Where the supervisor that is being made belongs, when it is not the program's own. */
const adoption = new Adoption<Seat>();

/** Makes a supervisor below an actor. */
export function superviseUnder(
  host: Host,
  owner: Owner,
  options: SuperviseOptions,
  onExhausted: (error: Error) => void,
): Supervisor {
  return makeAt({ host, owner, onExhausted, onEnded: () => Promise.resolve() }, options);
}

function makeAt(seat: Seat, options: SuperviseOptions): Supervisor {
  return adoption.with(seat, () => new Supervisor(options));
}

const SHUTDOWN: ExitReason = { kind: "shutdown" };

/**
 * Keeps actors and tasks running, and collects what tasks give.
 *
 * It is OTP's supervisor: a child that fails starts again, by the `strategy` alone or with others; a child whose
 * `restart` is `"permanent"` also after a normal end, `"temporary"` never. After too many failures (`maxRestarts`
 * within `withinMs`) all children are ended and the supervisor ends with a `RestartLimitError`, which is a failure of
 * the supervisor or actor above. References stay valid and mailboxes survive. `stop()` and `terminate()` of a child are
 * orders that no restart undoes, unlike OTP's `exit(Pid, kill)`; a transient child that has ended normally is gone, also
 * when its group starts again, because nothing holds its place. A lost worker is one failure, however many children
 * were on it: one bad worker must not exhaust the budget of all.
 *
 * Cost: none for messages; a failure takes a round trip to the supervisor's thread.
 *
 * @example Collect what tasks give
 * ```ts
 * import { ActorSystem, Supervisor, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const square = task(import.meta, (n: number) => n * n);
 *
 * await using system = new ActorSystem({ workers: 0 });
 * await using supervisor = new Supervisor({ system });
 * supervisor.run(square.with({ name: "a" }), 3);
 * supervisor.run(square.with({ name: "b" }), 4);
 * assertEquals(await supervisor.collect(), [
 *   { name: "a", status: "fulfilled", value: 9 },
 *   { name: "b", status: "fulfilled", value: 16 },
 * ]);
 * ```
 */
export class Supervisor implements AsyncDisposable {
  readonly #seat: Seat;
  readonly #supervision: Supervision;
  /** What it owns on this thread and others. */
  readonly #owner: Owner = { label: "supervisor", what: "supervisor", children: new Set() };
  readonly #self: Child;
  readonly #results: TaskResults;
  readonly #exited = Promise.withResolvers<ExitReason>();
  #ending: Promise<void> | null = null;

  /**
   * Starts nothing yet.
   *
   * @throws {RangeError} when a number is out of range.
   * @throws {TypeError} when a word is not one of those allowed.
   */
  constructor(options: SupervisorOptions = {}) {
    const policy = policyOf(options);
    const { keepResults = 100_000 } = options;
    if (keepResults !== Infinity) checkCount("create Supervisor", "keepResults", keepResults, 0);
    this.#results = new TaskResults(keepResults);
    this.#seat = adoption.take() ?? topSeat(options);
    const { host } = this.#seat;
    this.#supervision = new Supervision(policy, host.clock, (error) => {
      this.#seat.onExhausted(error);
      if (this.#seat.owner !== null) void this.#end({ kind: "error", error });
    });
    this.#self = this.#asChild();
    this.#seat.owner?.children.add(this.#self);
  }

  /** Resolves at the supervisor's end: `shutdown`, or `error` with a `RestartLimitError`. */
  get exited(): Promise<ExitReason> {
    return this.#exited.promise;
  }

  /**
   * Starts an actor and keeps it running.
   *
   * @throws Rejects as {@linkcode ActorSystem.spawn}; a `setup` that fails the first time is not tried again.
   * @throws {ActorStoppedError} when the supervisor has ended, or its system shuts down.
   */
  async spawn<H, A extends unknown[]>(
    definition: ActorDefinition<H, A>,
    ...args: A
  ): Promise<ActorRef<H>> {
    this.#checkOpen("spawn actor");
    const member = new ActorMember(this.#supervision, restartOf(definition, "transient"));
    // In order of the calls, not of who is done first.
    this.#supervision.add(member);
    try {
      const ref = await spawn(this.#seat.host, definition, args, this.#owner, member);
      if (this.#ending !== null) {
        await member.finish(SHUTDOWN);
        this.#checkOpen("spawn actor");
      }
      return ref as unknown as ActorRef<H>;
    } catch (error) {
      this.#supervision.remove(member);
      throw error;
    }
  }

  /**
   * Runs a task on the least loaded worker, or where its options say. With `restart: "transient"` it runs again when
   * it has failed.
   *
   * @returns Its result, which also comes out of `results()` and `collect()`. A failure that nobody waits for is not an
   * unhandled rejection.
   */
  run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>> {
    try {
      this.#checkOpen("run task");
      if (!isTask(task)) {
        throw new TypeError("Cannot run task: the first argument must come from task()");
      }
    } catch (error) {
      const refused = Promise.reject(error);
      refused.catch(() => {});
      return refused;
    }
    const result = this.#run(task, args);
    const keep = this.#results.begin();
    const { name } = task.options;
    result.then(
      (value) => keep({ name, status: "fulfilled", value }),
      (reason) => keep({ name, status: "rejected", reason }),
    );
    return result as Promise<Awaited<R>>;
  }

  async #run(task: DefinedTask<unknown[], unknown>, args: unknown[]): Promise<unknown> {
    const { host } = this.#seat;
    const { clock } = host;
    const { signal, timeoutMs = Infinity, restart = "temporary" } = task.options;
    const again = mayStartAgain(restart);
    const started = startArgs(host, task.options, args, again);
    const notAfter = clock.now() + timeoutMs;
    const left = () => Math.max(0, notAfter - clock.now());
    const once = (cancel: AbortSignal) => {
      const either = signal === undefined ? cancel : AbortSignal.any([signal, cancel]);
      return runTask(host, task.with({ signal: either, timeoutMs: left() }), started, again);
    };
    const isGivenUp = () => signal?.aborted === true || left() === 0;
    const { name = task.address.url } = task.options;
    const member = new TaskMember(this.#supervision, restart, name, once, isGivenUp);
    this.#supervision.add(member);
    if (!this.#supervision.isHalted) await member.resume();
    return await member.result;
  }

  /**
   * Makes a supervisor below this one: it starts again, with its children, when it has given up.
   *
   * @throws {RangeError} when a number is out of range.
   */
  supervise(options: SuperviseOptions = {}): Supervisor {
    this.#checkOpen("supervise");
    const { host } = this.#seat;
    const parent = this.#supervision;
    const seat: Seat = {
      host,
      owner: null,
      onExhausted: (error) => parent.failed(member, { kind: "error", error }),
      onEnded: () => Promise.resolve(parent.remove(member)),
    };
    const child = makeAt(seat, options);
    const member = child.#asMember();
    parent.add(member);
    return child;
  }

  /**
   * The results of its tasks: those that are there, then the others as they come. Ends when every task started so far
   * has settled. Each call begins anew, with the oldest one that is kept; once begun it misses none.
   */
  results(
    { forget = false }: ResultsOptions = {},
  ): AsyncIterableIterator<TaskResult, undefined, undefined> {
    return this.#results.inOrderOfEnd(forget);
  }

  /**
   * The results of all tasks in order of start, once every task started so far has settled.
   *
   * @throws {RangeError} Rejects when there are more than the supervisor keeps (`keepResults`).
   */
  collect({ forget = false }: ResultsOptions = {}): Promise<TaskResult[]> {
    return this.#results.inOrderOfStart(forget);
  }

  /** Ends all children in reverse order of start, and the supervisor. Tasks that are not done reject. */
  async stop(): Promise<void> {
    await this.#end(SHUTDOWN);
  }

  /** Calls {@linkcode Supervisor.stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #checkOpen(doing: string): void {
    if (this.#ending !== null) throw supervisorEnded(doing);
    this.#seat.host.checkOpen(doing);
  }

  #end(
    reason: ExitReason,
    // Actors are shut down whatever it ends of; tasks reject with that.
    endOne = (member: Member, own: ExitReason | null): Promise<unknown> =>
      member.finish(own ?? SHUTDOWN, "error" in reason ? reason.error : undefined),
  ): Promise<void> {
    return this.#ending ??= this.#endAll(reason, endOne);
  }

  async #endAll(
    reason: ExitReason,
    endOne: (member: Member, own: ExitReason | null) => Promise<unknown>,
  ): Promise<void> {
    await this.#supervision.finish(endOne);
    this.#seat.owner?.children.delete(this.#self);
    this.#exited.resolve(reason);
    await this.#seat.onEnded();
  }

  #asMember(): Member & Stoppable {
    const supervision = this.#supervision;
    const self = this.#self;
    return {
      get label() {
        return self.label;
      },
      stop: (drain, ms) => self.stop(SHUTDOWN, drain, ms),
      kill: async () => void await self.kill(),
      restart: "permanent",
      halt: () => supervision.halt(),
      resume: (reason) => supervision.resume(reason),
      finish: (reason) => this.#end(reason),
    };
  }

  /** As the thread or the actor sees it that it ends with. */
  #asChild(): Child {
    const abandoned = new Set<string>();
    /** Members that were told to stop and have not yet. */
    const stopping = new Map<Member & Stoppable, Promise<void>>();
    const stop = async (member: Member & Stoppable, drain: boolean, ms: number) => {
      if (!await member.stop(drain, ms)) abandoned.add(member.label);
      stopping.delete(member);
    };
    const stopNext = async (member: Member, drain: boolean, time: TimeShare) => {
      if (member instanceof TaskMember) abandoned.add(member.label);
      if (!isStoppable(member)) return await member.finish(SHUTDOWN);
      const stopped = stop(member, drain, time.leftMs);
      stopping.set(member, stopped);
      await time.wait(stopped);
    };
    const { members } = this.#supervision;
    return {
      // Those that would not stop.
      get label() {
        return [...abandoned].join(", ") || "supervisor";
      },
      stop: async (_reason, drain = false, ms = Infinity) => {
        using time = new TimeShare(this.#seat.host.clock, ms);
        await this.#end(SHUTDOWN, (member) => stopNext(member, drain, time));
        await Promise.all(stopping.values());
        return abandoned.size === 0;
      },
      kill: async () => {
        const all = new Set([...members, ...stopping.keys()]);
        const killing = Array.from(all, async (member) => {
          if (!isStoppable(member)) return await member.finish(SHUTDOWN);
          abandoned.add(member.label);
          await member.kill();
        });
        await Promise.all(killing);
      },
    };
  }
}

/** A member that can be told to end once what waits is handled; a task cannot. */
interface Stoppable extends Pick<ActorMember, "label" | "kill"> {
  /** @param ms Time after which it is killed, for one that has others to stop. */
  stop(drain: boolean, ms: number): Promise<boolean>;
}

function isStoppable(member: Member): member is Member & Stoppable {
  return "stop" in member;
}

/** Of a supervisor that the program or an actor has made by itself. */
function topSeat({ system }: SupervisorOptions): Seat {
  if (system !== undefined && !(system instanceof ActorSystem)) {
    throw new TypeError("Cannot create Supervisor: system must be an ActorSystem");
  }
  const used = useSystem(system);
  const host = hostBehind(used.system);
  host.checkOpen("supervise");
  return { host, owner: host, onExhausted: () => {}, onEnded: () => used.release() };
}

function restartOf(
  definition: ActorDefinition<unknown, never>,
  otherwise: RestartKind,
): RestartKind {
  return definition?.options?.restart ?? otherwise;
}
