/**
 * Typed actors on web workers, and how messages move between them.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = actor(import.meta, () => {
 *   let count = 0;
 *   return { increment: () => ++count };
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(counter);
 * assertEquals(await ref.ask.increment(), 1);
 * ```
 *
 * @module
 */
export {
  actor,
  type ActorContext,
  type ActorDefinition,
  type ActorOptions,
  type ActorRef,
  ActorStoppedError,
  type ActorStoppedErrorOptions,
  type ActorStorage,
  ActorSystem,
  type ActorSystemOptions,
  type Alarm,
  type AlarmTime,
  type BackoffOptions,
  type CommitOutcome,
  type DeadLetter,
  DeadlockError,
  DefinitionError,
  type DefinitionOptions,
  type DueWork,
  type Durability,
  type DurableContext,
  type DurableOptions,
  type EntryRange,
  type ExitReason,
  type HostChange,
  type ImapOptions,
  keyed,
  type KeyedContext,
  type KeyedDefinition,
  type KeyedOptions,
  type KeyedRef,
  type KeyedSendOptions,
  type ListOptions,
  MailboxFullError,
  type MailboxOptions,
  type MapOptions,
  NameTakenError,
  OnceConflictError,
  type OwnedAlarm,
  type OwnWorkerOptions,
  type PendingPost,
  type PlacementOptions,
  Pool,
  PoolClosedError,
  type PoolOptions,
  type RefOf,
  RestartLimitError,
  type ResultsOptions,
  type ShutdownOptions,
  type ShutdownResult,
  StateVersionError,
  type StopOptions,
  type Store,
  type Stored,
  type StoredActor,
  type StoredAlarm,
  type StoredOnce,
  type StoredPost,
  type StoredTurn,
  StoreError,
  type StoreFailure,
  type StoreHandlers,
  StoreInUseError,
  type SuperviseOptions,
  Supervisor,
  type SupervisorOptions,
  type SystemAlarm,
  type SystemEvents,
  task,
  type TaskDefinition,
  type TaskOptions,
  type TaskResult,
  UnknownKindError,
  type WorkerKind,
} from "./actors/mod.ts";
export {
  ChannelClosedError,
  type ClassCodec,
  HostLostError,
  pack,
  type PackedMessage,
  pipe,
  PipeEnd,
  type PipeOptions,
  Queue,
  type QueueCloseOptions,
  type QueueEvents,
  type QueueOptions,
  type ReceiveIntoOptions,
  type ReceiveResult,
  registerClass,
  RemoteError,
  select,
  type SendBytesOptions,
  transfer,
  unpack,
  type WaitOptions,
} from "./channels/mod.ts";
