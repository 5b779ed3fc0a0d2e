import type { ActorRef } from "./actor_ref.ts";
import type { ActorOptions, TaskOptions } from "./options.ts";

/** Options of {@linkcode actor} and {@linkcode task}. */
export interface DefinitionOptions {
  /**
   * Names the definition within its module; without it its position among the others does, and the place where it is
   * made. One that is made conditionally needs a key, and so do those of a loop over what is not the same in each thread.
   */
  key?: string | undefined;
}

/**
 * A kind of actor, made by {@linkcode actor}. A value: it can be kept, passed on and sent in messages.
 *
 * @typeParam H The handlers: the protocol.
 * @typeParam A What `setup` takes after the context.
 */
export interface ActorDefinition<H, A extends unknown[]> {
  /** Runs in the actor's thread and returns its handlers. The context is the actor's own: only its thread can call this. */
  readonly setup: (context: never, ...args: A) => H | PromiseLike<H>;
  /** As given to {@linkcode ActorDefinition.with}. */
  readonly options: ActorOptions;
  /**
   * The same definition with options, added to those it has.
   *
   * @throws {RangeError} when a number is out of range.
   * @throws {TypeError} when a word is not one of those allowed.
   */
  with(options: ActorOptions): ActorDefinition<H, A>;
}

/** Name of the reference to actors of a definition: `RefOf<typeof counter>`. */
// deno-lint-ignore no-explicit-any -- the arguments do not matter
export type RefOf<D> = D extends ActorDefinition<infer H, any> ? ActorRef<H> : never;

/**
 * A function that any worker can run, made by {@linkcode task}. Called directly, it runs here.
 *
 * @typeParam A What it takes.
 * @typeParam R What it returns.
 */
export interface TaskDefinition<A extends unknown[], R> {
  /** Runs the function on this thread, like any other. */
  (...args: A): R;
  /** As given to {@linkcode TaskDefinition.with}. */
  readonly options: TaskOptions;
  /**
   * The same task with options, added to those it has.
   *
   * @throws {RangeError} when a number is out of range.
   * @throws {TypeError} when a word is not one of those allowed.
   */
  with(options: TaskOptions): TaskDefinition<A, R>;
}

/** A task, whatever it takes. */
// deno-lint-ignore no-explicit-any -- whatever it takes
export type AnyTask = TaskDefinition<any, unknown>;

/**
 * A task and its arguments, to be run later: `[square, 3]`.
 *
 * @typeParam F The task.
 */
export type TaskCall<F extends AnyTask = AnyTask> = readonly [task: F, ...args: Parameters<F>];
