import { actor, type RefOf } from "@troupe/actors";

/** A file of the index. */
export interface IndexedFile {
  /** What the postings call it. */
  readonly file: number;
  readonly path: string;
}

/**
 * Knows the files of the index, for shards that have lost theirs. It runs on the main thread, which
 * is never lost.
 */
export const fileList = actor(import.meta, () => {
  const complete = Promise.withResolvers<readonly IndexedFile[]>();
  return {
    /** Takes the list when the first indexing is done. */
    complete: (files: readonly IndexedFile[]): void => complete.resolve(files),

    /** The list in ascending order of number; waits until it is complete. */
    all: (): Promise<readonly IndexedFile[]> => complete.promise,
  };
}).with({ on: "here", concurrency: 1_000 }); // More than shards can wait.

/** A reference to a {@linkcode fileList}. */
export type FileListRef = RefOf<typeof fileList>;
