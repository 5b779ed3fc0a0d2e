import { byteLengthOf, checkType } from "./elements.ts";
import type { ElementType } from "../vocabulary/element_type.ts";

/** Where the fields of a record are, as a C compiler lays them out. */
export interface StructLayout {
  /** Byte of each field within its record. */
  readonly offsets: Record<string, number>;
  /** Bytes from one record to the next. */
  readonly byteLength: number;
}

/**
 * Each field begins at a multiple of its own size; the record is padded to a multiple of its largest field, so that the
 * next one is aligned too.
 *
 * @throws {TypeError} when there is no field, or a name or type that is not allowed.
 */
export function layOut(fields: Readonly<Record<string, ElementType>>): StructLayout {
  const doing = "create SharedStruct";
  const names = Object.keys(fields);
  if (names.length === 0) throw new TypeError(`Cannot ${doing}: it has no fields`);
  const offsets: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const name of names) {
    // JavaScript would move a number before the others.
    if (/^\d+$/.test(name) || name === "__proto__") {
      throw new TypeError(`Cannot ${doing}: field name "${name}" is not allowed`);
    }
    const type = fields[name]!;
    checkType(`${doing}: field "${name}"`, type);
    const size = byteLengthOf(type);
    alignment = Math.max(alignment, size);
    offsets[name] = align(end, size);
    end = offsets[name] + size;
  }
  return { offsets, byteLength: align(end, alignment) };
}

function align(offset: number, size: number): number {
  return Math.ceil(offset / size) * size;
}
