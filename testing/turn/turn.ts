import { shown } from "../../channels/vocabulary/checks.ts";
import { copyHere } from "../../actors/cell/copy_here.ts";
import { apart } from "../../actors/cell/turn.ts";
import { DefinedActor } from "../../actors/definition/defined_actor.ts";
import type { ActorRef } from "../../actors/vocabulary/actor_ref.ts";
import type { ActorDefinition } from "../../actors/vocabulary/definition.ts";
import type { ArgsOf, HandlerName } from "../protocol.ts";
import type { Effects } from "./effects.ts";
import { noteRefs } from "./_noted_ref.ts";
import { Notes } from "./_notes.ts";
import { StandIn } from "./stand_in.ts";
import { TurnContext } from "./_turn_context.ts";

/** What a handler answers: a generator gives itself. */
export type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/**
 * One step of one actor: what it answered, and what it did besides. The lists of the newest step grow when more
 * happens after it has answered: the values of a generator are taken, or a timer is run.
 *
 * @typeParam H The handlers of the actor.
 * @typeParam R What the handler answered.
 */
export interface Turn<H, R> extends Effects, AsyncDisposable {
  /**
   * What the handler answered: a copy, as whoever asked has it; of a generator it is that itself.
   *
   * @throws What the handler threw; a `TypeError` when its result cannot cross threads.
   */
  readonly result: R;
  /** What the handler threw; `undefined` when it answered. */
  readonly error: unknown;
  /** Stands for the actor itself: what `context.self` is in its messages. */
  readonly self: ActorRef<H>;
  /** What `setup` did. */
  readonly setup: Effects;
  /** Takes the next step of the same life, also after one that threw. */
  next<K extends HandlerName<H>>(
    handler: K,
    ...args: ArgsOf<H[K & keyof H]>
  ): Promise<Turn<H, ResultOf<H[K & keyof H]>>>;
  /** The actor ends: its `context.signal` is aborted, then the callbacks of `context.onStop` run, the last one first. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Runs one step of one actor, without a system and on this thread: its `setup` with `args`, then one handler. What the actor
 * does besides answering is noted, in order, and nothing of it happens elsewhere: no child starts and no timer fires by
 * itself.
 *
 * References among the arguments may be stand-ins, made by {@linkcode standIn}, which answer what they are asked, or
 * real ones, such as that of a {@linkcode probe}: what is sent to those is noted and really sent. Arguments,
 * messages and results are copied, and refused, as between actors. A task that the actor runs runs at once.
 * `context.system`, `supervise` and `find` need a system, and say so.
 *
 * @example What a step answers, tells and schedules
 * ```ts
 * import { actor, type ActorRef } from "@troupe/actors";
 * import { standIn, turn } from "@troupe/actors/testing";
 * import { assertEquals } from "@std/assert";
 *
 * interface Bell {
 *   ring(times: number): void;
 *   volume(): number;
 * }
 * const clock = actor(import.meta, (context, hour: number, bell: ActorRef<Bell>) => ({
 *   async strike() {
 *     if (await bell.ask.volume() > 0) bell.tell.ring(hour);
 *     context.after(3_600_000, () => hour++);
 *     return hour;
 *   },
 * }));
 *
 * const bell = standIn<Bell>("bell", { volume: () => 7 });
 * const t = await turn(clock, [3, bell], "strike");
 * assertEquals(t.result, 3);
 * assertEquals(t.asked, [{ to: bell, handler: "volume", args: [] }]);
 * assertEquals(t.told, [{ to: bell, handler: "ring", args: [3] }]);
 * assertEquals(t.scheduled.map(({ kind, ms }) => [kind, ms]), [["after", 3_600_000]]);
 *
 * await t.scheduled[0]?.run();
 * assertEquals((await t.next("strike")).result, 4);
 * ```
 *
 * @param definition The actor's.
 * @param args What `setup` gets after the context.
 * @param handler Name of the handler.
 * @param message What it gets.
 * @throws Rejects with the error of `setup`.
 * @throws {TypeError} Rejects when the definition is none, `setup` returns no handlers, or an argument cannot cross.
 */
export async function turn<H, A extends unknown[], K extends HandlerName<H>>(
  definition: ActorDefinition<H, A>,
  args: A,
  handler: K,
  ...message: ArgsOf<H[K & keyof H]>
): Promise<Turn<H, ResultOf<H[K & keyof H]>>> {
  if (!(definition instanceof DefinedActor)) {
    throw new TypeError("Cannot take a turn: the first argument must come from actor()");
  }
  const self = new StandIn(definition.options.name ?? "self", {});
  const life = new Life(self, definition as unknown as ActorDefinition<object, unknown[]>);
  await life.begin(args);
  return await life.step(handler, message) as unknown as Turn<H, ResultOf<H[K & keyof H]>>;
}

/** One life of an actor whose steps are looked at. */
class Life {
  readonly self: StandIn;
  readonly context: TurnContext;
  readonly #definition: ActorDefinition<object, unknown[]>;
  #handlers: object = {};
  readonly setup: Notes;

  constructor(self: StandIn, definition: ActorDefinition<object, unknown[]>) {
    this.self = self;
    this.#definition = definition;
    this.context = new TurnContext(self);
    this.setup = this.context.notes;
  }

  async begin(args: unknown[]): Promise<void> {
    const { context } = this;
    const own = noteRefs(copyHere([...args], "message", "args"), context);
    const returned = await apart(() => this.#definition.setup(context as never, ...own));
    const handlers = context.notes.became ?? returned;
    if (typeof handlers !== "object" || handlers === null) {
      const what = "setup must return an object of handlers";
      throw new TypeError(`Cannot take a turn: ${what}, received ${shown(handlers)}`);
    }
    this.#handlers = handlers;
  }

  async step(handler: string, args: unknown[]): Promise<Step> {
    const { context } = this;
    const own = noteRefs(copyHere([...args], "message", "args"), context);
    const step = context.notes = new Step(this);
    try {
      const found = (this.#handlers as Record<string, unknown>)[handler];
      if (typeof found !== "function") {
        throw new TypeError(`Cannot call "${handler}": the actor has no such handler`);
      }
      const result = await apart(() => found.apply(this.#handlers, own));
      step.answered(isIterator(result) ? result : copyHere([result], "reply", "result")[0]);
    } catch (error) {
      step.failed(error);
    }
    this.#handlers = step.became ?? this.#handlers;
    return step;
  }
}

function isIterator(value: unknown): boolean {
  return typeof value === "object" && value !== null && "next" in value &&
    typeof value.next === "function";
}

/** What stands behind a {@linkcode Turn}. */
class Step extends Notes {
  readonly #life: Life;
  #outcome: { result: unknown } | { error: unknown } = { result: undefined };

  constructor(life: Life) {
    super();
    this.#life = life;
  }

  answered(result: unknown): void {
    this.#outcome = { result };
  }

  failed(error: unknown): void {
    this.#outcome = { error };
  }

  get result(): unknown {
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.result;
  }

  get error(): unknown {
    return "error" in this.#outcome ? this.#outcome.error : undefined;
  }

  get self(): ActorRef<unknown> {
    return this.#life.self;
  }

  get setup(): Effects {
    return this.#life.setup;
  }

  next(handler: string, ...args: unknown[]): Promise<Step> {
    return this.#life.step(handler, args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#life.context.end();
  }
}
