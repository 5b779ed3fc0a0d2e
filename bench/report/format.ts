import type { Measure } from "../harness/workload.ts";

/** A figure with its unit, rounded to three digits or so. */
export function formatFigure(value: number, { unit }: Pick<Measure, "unit">): string {
  if (unit === "/s") return `${formatNumber(value)}/s`;
  return `${formatNumber(value)} ${unit}`;
}

/** How many times as good; empty where there is nothing to compare with. */
export function formatRatio(ratio: number | null): string {
  return ratio === null ? "" : ratio.toFixed(ratio < 10 ? 2 : 1);
}

/** Thousands in groups; digits behind the point only for small numbers that have some. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Number.isInteger(value)
    ? 0
    : Math.abs(value) < 10
    ? 2
    : Math.abs(value) < 100
    ? 1
    : 0;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d|\.))/g, " ");
}
