import { crc32 } from "node:zlib";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG file. `pixels` holds red, green and blue, one byte each, row by row. */
export async function encodePng(width: number, pixels: Uint8Array): Promise<Blob> {
  const stride = width * 3;
  const height = pixels.length / stride;
  const rows = new Uint8Array(height * (1 + stride)); // Each after a byte that says: no filter.
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (1 + stride) + 1);
  }
  const deflated = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const header = [...int32(width), ...int32(height), 8, 2, 0, 0, 0]; // 8 bits a channel, RGB.
  return new Blob([
    SIGNATURE,
    ...chunk("IHDR", Uint8Array.from(header)),
    ...chunk("IDAT", await new Response(deflated).bytes()),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array<ArrayBuffer>): BlobPart[] {
  return [int32(data.length), type, data, int32(crc32(data, crc32(type)))];
}

/** Four bytes, the highest first. */
function int32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
