/**
 * An error of a class that this thread does not know, thrown in another one.
 *
 * It keeps the name, message, stack, cause and own fields of the original. Errors of built-in classes and of Troupe
 * come back as themselves; register your own with {@linkcode registerClass}.
 */
export class RemoteError extends Error {
  /** Name of the original's class. */
  override name = "RemoteError";
}

/** The thread that was to answer has ended; what was sent to it may or may not have been handled. */
export class HostLostError extends Error {
  /** Name of the class. */
  override readonly name = "HostLostError";
  /** Number of the lost host within its system; `undefined` for a thread of which no more is known. */
  readonly host: number | undefined;

  /** Says which host was lost, and from what. */
  constructor(host: number | undefined, options?: ErrorOptions) {
    super(host === undefined ? "The other thread has ended" : `Host ${host} was lost`, options);
    this.host = host;
  }
}

/**
 * The channel is closed: nothing can be sent any more, or nothing is left to receive.
 *
 * Its `cause` is a {@linkcode HostLostError} when the thread at the other end has ended without closing the channel.
 */
export class ChannelClosedError extends Error {
  /** Name of the class. */
  override readonly name = "ChannelClosedError";
  /** What could not be sent; not there when the error comes from a receive. */
  declare readonly value?: unknown;

  /** Says what could not be done; keeps what could not be sent, if that is given. */
  constructor(message: string, options: ErrorOptions & { value?: unknown } = {}) {
    super(message, options);
    if ("value" in options) this.value = options.value;
  }
}
