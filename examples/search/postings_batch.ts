/**
 * Postings of many files for one shard: what an indexer moves to a shard in one message.
 *
 * | field         | content                                                                    |
 * | ------------- | -------------------------------------------------------------------------- |
 * | `terms`       | UTF-8 bytes of all terms, one after another                                |
 * | `termEnds`    | per term, where its bytes end in `terms`                                   |
 * | `postings`    | per term, a run of variable-length numbers, files in ascending order       |
 * | `postingEnds` | per term, where its run ends in `postings`                                 |
 *
 * A run holds for each file: its number less that of the file before (of 0 for the first), how
 * often the term stands in it, on how many lines, and each line's number less the one before.
 *
 * Four blocks of memory, whatever the number of postings, so that a batch is moved and not
 * copied, and weighs on the garbage collector like four objects.
 */
export interface PostingsBatch {
  readonly terms: Uint8Array<ArrayBuffer>;
  readonly termEnds: Uint32Array<ArrayBuffer>;
  readonly postings: Uint8Array<ArrayBuffer>;
  readonly postingEnds: Uint32Array<ArrayBuffer>;
}

/** The buffers to move with a batch. */
export function buffersOf(batch: PostingsBatch): ArrayBuffer[] {
  return [
    batch.terms.buffer,
    batch.termEnds.buffer,
    batch.postings.buffer,
    batch.postingEnds.buffer,
  ];
}
