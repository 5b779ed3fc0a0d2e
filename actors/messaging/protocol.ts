import type { Payload } from "../../channels/message/marker.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Meta } from "../cell/item.ts";
import type { Limit, Question } from "./questions.ts";

export const TELL = 0;
export const ASK = 1;
export const CANCEL = 2;
export const REPLY = 3;
export const FAIL = 4;
export const STREAM = 5;
export const CREDIT = 6;
export const ITEM = 7;
export const SPAWN = 8;
export const RUN = 9;
export const STOP = 10;
export const KILL = 11;
export const WATCH = 12;
export const EXITED = 13;
export const CONNECT = 14;
export const READY = 15;
export const FATAL = 16;
export const HOST_LOST = 17;
export const DEPARTED = 18;
export const REPORT = 19;
export const DIRECTORY = 20;
export const SHUTDOWN = 21;
export const QUIET = 22;
export const CHAINED_ASK = 23;
export const HAS_ENDED = 24;
export const MOURNED = 25;
export const HOST_BACK = 26;
export const HOST_GONE = 27;
export const REVIVE = 28;
export const FAILED = 29;
export const HALT = 30;
export const RESUME = 31;
export const FINISH = 32;
export const BORN = 33;
export const SEND_ALL = 34;
export const STARTS_AGAIN = 35;
export const KIND = 36;
export const WAKE = 37;

/*
 * What hosts say to each other, in three parts, each with an inbox. An `id` numbers a request among those of the host
 * that sends it; the answer is a `REPLY` or a `FAIL` with the same id. Payloads hold lists of values.
 */

/** An actor on its host: its serial, or of a keyed one `kind/key`. */
export type To = number | string;

/** All that hosts say to each other. */
export type HostEnvelope = MessageEnvelope | OrderEnvelope | NewsEnvelope;

/** Messages to actors, and answers to requests of all kinds. */
export type MessageEnvelope =
  /** One way: the arguments of one message after the other. */
  | readonly [kind: typeof TELL, to: To, handler: string, ...args: Payload[]]
  /** Requests to an actor: the id and the arguments of one after the other. */
  | readonly [kind: typeof ASK, to: To, handler: string, ...asks: (number | Payload)[]]
  /** A request from within a turn, or a marked one; `chain`: the handlers that wait for it, outermost first. */
  | readonly [
    kind: typeof CHAINED_ASK,
    id: number,
    to: To,
    handler: string,
    args: Payload,
    chain: readonly string[] | null,
    /** What marks a message to a keyed actor, if anything. */
    meta?: Meta,
  ]
  /** Nobody waits for this request any more; ends a stream. */
  | readonly [kind: typeof CANCEL, id: number]
  /** The ids of requests, each followed by its result, a single value. */
  | readonly [kind: typeof REPLY, zero: 0, empty: "", ...replies: (number | Payload)[]]
  | readonly [kind: typeof FAIL, id: number, error: Payload]
  | readonly [
    kind: typeof STREAM,
    id: number,
    to: To,
    handler: string,
    args: Payload,
    chain: readonly string[] | null,
  ]
  /** Allows so many more values of a stream. */
  | readonly [kind: typeof CREDIT, id: number, credit: number]
  /** One value of a stream. */
  | readonly [kind: typeof ITEM, id: number, value: Payload];

/** What starts, steers and ends actors and tasks. */
export type OrderEnvelope =
  /**
   * The result is the serial. `counted`: host 0 chose the place, and wants to hear `DEPARTED`. `guarded`: the sender
   * decides about restarts. `claim`: under which the name is reserved.
   */
  | readonly [
    kind: typeof SPAWN,
    id: number,
    counted: boolean,
    guarded: boolean,
    claim: string | null,
    definition: Payload,
    args: Payload,
  ]
  /**
   * The actor that a `SPAWN` has asked for is there: before anything else about it. `isDone`: its `setup` too, and this
   * is the answer.
   */
  | readonly [kind: typeof BORN, id: number, serial: number, isDone: boolean]
  /**
   * Starts an actor again that was on this host before the host was lost; the values are the arguments, the definition
   * and the reason. `ages`: how long ago its restarts were that count, in milliseconds; `null`: the sender decides about
   * restarts. Answered when it runs.
   */
  | readonly [
    kind: typeof REVIVE,
    id: number,
    serial: number,
    counted: boolean,
    ages: readonly number[] | null,
    restarts: number,
    argsDefinitionAndReason: Payload,
  ]
  /** To whoever started an actor that nobody guards: it starts again, and its budget holds one restart less. */
  | readonly [kind: typeof STARTS_AGAIN, serial: number]
  /** To whoever guards an actor: this incarnation has ended; the actor waits for `RESUME` or `FINISH`. */
  | readonly [kind: typeof FAILED, serial: number, reason: Payload]
  /** Ends an incarnation so that another one can follow. Answered when it has ended. */
  | readonly [kind: typeof HALT, id: number, serial: number]
  /** Starts the next incarnation. Answered when it runs. */
  | readonly [kind: typeof RESUME, id: number, serial: number, reason: Payload]
  /** Ends an actor for good. Answered when it has ended. */
  | readonly [kind: typeof FINISH, id: number, serial: number, reason: Payload]
  /** The result is the task's own. */
  | readonly [
    kind: typeof RUN,
    id: number,
    counted: boolean,
    task: Payload,
    args: Payload,
    /** Wall time from which on it is not to start any more: its `CANCEL` may still wait behind it. */
    notAfter: number | null,
  ]
  /** Answered when the actor has ended. */
  | readonly [kind: typeof STOP, id: number, to: number, drain: boolean]
  | readonly [kind: typeof KILL, id: number, to: number]
  /** Answered at once with whether the actor has ended. */
  | readonly [kind: typeof HAS_ENDED, id: number, to: number]
  /** Answered with the reason when the actor has ended. */
  | readonly [kind: typeof WATCH, id: number, to: number]
  /** To the host where the actor was started from, and to host 0 when this host ends with it. */
  | readonly [kind: typeof EXITED, serial: number, reason: Payload];

/** What hosts say about themselves and each other. */
export type NewsEnvelope =
  /**
   * A port to talk directly; from a worker to host 0 `host` is the target, from there on it is the origin. `starts`: the
   * target is to be started when it is not there.
   */
  | readonly [kind: typeof CONNECT, host: number, port: Payload, starts: boolean]
  /** To host 0: the worker holds its lock from now on. */
  | readonly [kind: typeof READY, life: string]
  /** To host 0: the worker dies of this error. */
  | readonly [kind: typeof FATAL, error: Payload]
  /**
   * From host 0: a host has ended, and why; `culprit`: the actor for which it was ended; `isDone`: because all its
   * actors had.
   */
  | readonly [
    kind: typeof HOST_LOST,
    host: number,
    cause: Payload,
    culprit: Culprit | null,
    isDone: boolean,
  ]
  /**
   * To host 0: what belonged to a lost host has ended here, and these actors are to start again on it; `ordered`: not
   * those, which somebody here has told to end; `gone`: those have ended with it; `arrived`: so much of
   * what host 0 had placed for the lost thread has come here.
   */
  | readonly [
    kind: typeof MOURNED,
    host: number,
    returning: readonly number[],
    ordered: readonly number[],
    gone: readonly number[],
    arrived: number,
  ]
  /** From host 0: a lost host is back, on a new thread; `ordered`: these actors do not start again there. */
  | readonly [kind: typeof HOST_BACK, host: number, ordered: readonly number[]]
  /** From host 0: a lost host will not come back. */
  | readonly [kind: typeof HOST_GONE, host: number]
  /** To host 0: something that it placed on this host has ended; `isIdle`: the sender has no other actor. */
  | readonly [kind: typeof DEPARTED, host: number, isIdle: boolean, isInOrder: boolean]
  /** To host 0: an event of the system. */
  | readonly [kind: typeof REPORT, type: string, detail: Payload]
  /** To host 0: a question to the directory. */
  | readonly [kind: typeof DIRECTORY, id: number, question: Question]
  /** From host 0: end what was started from here by the system; answered with the names of what would not. */
  | readonly [kind: typeof SHUTDOWN, id: number, timeoutMs: Limit]
  /** From host 0: post what waits for its place in a channel; answered when it has left, or the time is over. */
  | readonly [kind: typeof SEND_ALL, id: number, timeoutMs: number]
  /** To host 0: a kind of keyed actors that is used here, a definition. */
  | readonly [kind: typeof KIND, definition: Payload]
  /** From host 0: activate a keyed actor that is to be active always. */
  | readonly [kind: typeof WAKE, id: string]
  /** From host 0: stop all timers, refuse what comes from outside. */
  | readonly [kind: typeof QUIET];

/** An actor for which its whole host had to end, and what that makes of it: valid JSON. */
export interface Culprit {
  readonly serial: number;
  readonly reason: ExitReason;
}

/** What becomes of the actors of a lost host, as another host knows. */
export interface Mourning {
  /** Who is to start again. */
  readonly returning: readonly number[];
  /** Who was told to end, and does not. */
  readonly ordered: readonly number[];
  /** Those that have ended with it. */
  readonly gone: readonly number[];
  /** How much of what host 0 had placed for it has come here from the lost thread. */
  readonly arrived: number;
}
