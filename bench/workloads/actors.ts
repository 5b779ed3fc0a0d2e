import { actor, type ActorRef, transfer } from "@troupe/actors";

/** A message of usual size. */
export interface Message {
  id: number;
  name: string;
  v: number[];
}

/** Takes messages and counts them. */
export const sink = actor(import.meta, () => {
  let count = 0;
  return {
    put(_message: Message) {
      count++;
    },
    bounce: (buffer: ArrayBuffer) => transfer(buffer, [buffer]),
    count: () => count,
    hit() {
      count++;
    },
    next: () => ++count,
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    byteLength: (buffer: ArrayBuffer) => buffer.byteLength,
    echo: (message: Message) => message,
    nothing: () => {},
  };
});

/** Sends messages to another actor. */
export const source = actor(import.meta, (_context, target: ActorRef<Sink>): Source => ({
  async send(messages: number) {
    for (let id = 0; id < messages; id++) {
      target.tell.put({ id, name: "message", v: [1, 2, 3] });
      if (id % 1024 === 0) await Promise.resolve();
    }
    // What was told before has been handled when this is answered.
    await target.ask.count();
  },
}));

/** The protocol of {@linkcode source}. */
export interface Source {
  /** Resolves when the target has handled all of them. */
  send(messages: number): Promise<void>;
}

/** The protocol of {@linkcode sink}. */
export interface Sink {
  put(message: Message): void;
  bounce(buffer: ArrayBuffer): ArrayBuffer;
  count(): number;
  /** Counts one more. */
  hit(): void;
  /** Counts one more, and says how many there are. */
  next(): number;
  /** How many were counted since the last call. */
  take(): number;
  /** How long a buffer is that was copied on its way. */
  byteLength(buffer: ArrayBuffer): number;
  echo(message: Message): Message;
  nothing(): void;
}

/** The protocol of {@linkcode player}. */
export interface Player {
  meet(other: ActorRef<Player>): void;
  hit(left: number): void;
  /** Resolves after an even number of hits. */
  play(hits: number): Promise<void>;
}

/** Plays ping-pong with another one of its kind. */
export const player = actor(import.meta, (): Player => {
  let other: ActorRef<Player>;
  let finish = () => {};
  return {
    meet(ref) {
      other = ref;
    },
    hit(left) {
      if (left > 0) other.tell.hit(left - 1);
      else finish();
    },
    play(hits) {
      other.tell.hit(hits - 1);
      return new Promise((resolve) => finish = resolve);
    },
  };
});
