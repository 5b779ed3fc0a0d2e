import {
  StoreError,
  type StoreFailure,
  StoreInUseError,
} from "../../actors/vocabulary/store_errors.ts";

// Result codes of SQLite: https://sqlite.org/rescode.html
const REASONS = new Map<number, StoreFailure>([
  [5, "busy"],
  [6, "busy"],
  [8, "read-only"],
  [11, "corrupt"],
  [13, "full"],
  [14, "failed"],
  [18, "too-big"],
  [19, "refused"],
  [20, "refused"],
  [26, "corrupt"],
]);

const WORDS: Record<StoreFailure, string> = {
  "full": "the disk is full; it goes on when there is room again",
  "too-big": "a value is too big, at most a billion bytes are",
  "refused": "a value is not of the kind that is kept there",
  "busy": "another program is writing to it; end that program's transaction",
  "read-only": "it or its folder cannot be written; change that, or give another path",
  "permission":
    "Deno needs --allow-read and --allow-write of it and of the files beside it that end with -wal, -shm and -lock",
  "corrupt":
    "the file is damaged, or not a database; put back a copy, or save what can be read with sqlite3's .recover",
  "foreign": "it is not a store of Troupe; give another path",
  "newer": "it was written by a newer version of Troupe; update this one",
  "unclear": "what became of it is not known",
  "failed": "see the cause",
};

/** Makes an error of the store of whatever was thrown. */
export function storeError(doing: string, file: string, cause: unknown): StoreError {
  if (cause instanceof StoreError || cause instanceof StoreInUseError) return cause as StoreError;
  return failure(doing, file, reasonOf(cause), { cause });
}

/** Says what could not be done with the file, why, and what to do. */
export function failure(
  doing: string,
  file: string,
  reason: StoreFailure,
  options?: ErrorOptions,
): StoreError {
  const cause = options?.cause;
  const words = reason === "failed" && cause instanceof Error ? cause.message : WORDS[reason];
  const message = `Cannot ${doing} store ${JSON.stringify(file)}: ${words}`;
  return new StoreError(message, file, reason, options);
}

/** Why something was thrown. */
export function reasonOf(error: unknown): StoreFailure {
  if (error instanceof StoreError) return error.reason;
  if (error instanceof Deno.errors.NotCapable) return "permission";
  if (error instanceof Deno.errors.PermissionDenied) return "read-only";
  if (isReadOnlyFileSystem(error)) return "read-only";
  const code = codeOf(error);
  return code === null ? "failed" : REASONS.get(code & 0xff) ?? "failed";
}

/** The result code of SQLite; `null` of other errors. */
function codeOf(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code : null;
}

function isReadOnlyFileSystem(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "EROFS";
}
