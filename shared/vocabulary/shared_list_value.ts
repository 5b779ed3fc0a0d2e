/** What a `SharedList` holds. */
export type SharedListValue = number | bigint | boolean | null | string | Uint8Array;
