/** Who waits for the result of a message. */
export interface Reply {
  /** Delivers the result; rejects instead when it cannot cross. */
  resolve(value: unknown): void;
  /** @param isOwn Whether the error was made for this reply alone. */
  reject(error: unknown, isOwn?: boolean): void;
  /** Whether nobody waits any more: timed out, aborted or lost. */
  readonly settled: boolean;
  /** Whether it may hold only what could leave the process: set by the actor that replies. */
  isPortable?: boolean;
  /** What a stream's values are delivered to; absent where a single result is expected. */
  readonly stream?: StreamSink | undefined;
}

/** Where the values of a stream go. */
export interface StreamSink {
  /** Delivers one value. @throws {TypeError} when it cannot cross. */
  deliver(value: unknown): void;
  /** Says where to ask for more values, or to end. */
  opened(source: StreamControl): void;
  /** Runs when the reader has left, also before the handler has given a stream. */
  onLeft: (() => void) | null;
}

/** How the consumer of a stream steers its source. */
export interface StreamControl {
  /** Allows so many more values. */
  grant(credit: number): void;
  /** The consumer has left. */
  close(): void;
}

/** What a turn has open, and what ends with it. */
export interface Abandonable {
  /** Whoever reads it is gone. */
  abandon(error: unknown): void;
}
