import { task, transfer } from "@troupe/actors";

/** Some rows of a picture. */
export interface Band {
  /** The whole picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The first of the rows, and how many there are. */
  readonly top: number;
  readonly rows: number;
}

const MAX_STEPS = 500;

/** The pixels of a band of the Mandelbrot set: red, green and blue, one byte each. */
export const render = task(import.meta, ({ width, height, top, rows }: Band) => {
  const pixels = new Uint8ClampedArray(width * rows * 3);
  for (let i = 0; i < width * rows; i++) {
    const re = (i % width - width / 2) / height * 2.4 - 0.65;
    const im = (top + Math.floor(i / width) - height / 2) / height * 2.4;
    const t = Math.log1p(stepsAt(re, im)) / Math.log1p(MAX_STEPS);
    const color = [9 * (1 - t) * t ** 3, 15 * (1 - t) ** 2 * t ** 2, 8 * (1 - t) ** 3 * t];
    pixels.set(color.map((part) => part * 255), 3 * i);
  }
  return transfer(pixels, [pixels.buffer]); // Moved, not copied.
});

/** Steps until the point has run away; `MAX_STEPS` when it stays. */
function stepsAt(re: number, im: number): number {
  let [a, b, steps] = [0, 0, 0];
  for (; a * a + b * b <= 4 && steps < MAX_STEPS; steps++) {
    [a, b] = [a * a - b * b + re, 2 * a * b + im];
  }
  return steps;
}
