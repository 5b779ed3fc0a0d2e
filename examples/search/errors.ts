/**
 * A mistake of whoever started the program, such as a folder that does not exist: shown as one
 * line without a stack, with exit code 1.
 */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A query that cannot be answered as it stands; over HTTP a "400 Bad Request". */
export class QueryError extends Error {
  override name = "QueryError";
}
