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
  /** Number of the lost host within its system. */
  readonly host: number;

  /** Says which host was lost, and from what. */
  constructor(host: number, options?: ErrorOptions) {
    super(`Host ${host} was lost`, options);
    this.host = host;
  }
}
