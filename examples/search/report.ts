import type { FileCatalog } from "./file_catalog.ts";
import { ratesOf } from "./progress.ts";
import type { SearchAnswer } from "./search_service.ts";
import { describeSkips } from "./skips.ts";

/** One line about an indexing that is done. */
export function describeIndex(catalog: FileCatalog, elapsedMs: number): string {
  const { fileCount, byteLength, skips } = catalog;
  const rates = ratesOf({ found: fileCount, done: fileCount, byteLength }, elapsedMs);
  const skipped = describeSkips(skips);
  return `Indexed ${fileCount} files, ${(byteLength / 1e6).toFixed(1)} MB ` +
    `in ${(elapsedMs / 1_000).toFixed(2)} s ` +
    `(${rates.filesPerSecond} files/s, ${rates.megabytesPerSecond} MB/s)` +
    (skipped === "" ? "" : `; left out: ${skipped}`);
}

/** An answer as it is printed in the terminal. */
export function describeAnswer({ terms, total, missing, results }: SearchAnswer): string {
  const query = terms.join(" ");
  const hole = missing.length === 0 ? [] : [`Without the words of shard ${missing.join(", ")}`];
  if (total === 0) return [`No file holds: ${query}`, ...hole].join("\n");
  const head = total === 1 ? `1 file holds: ${query}` : `${total} files hold: ${query}`;
  const shown = results.map(({ path, lines }) => {
    return [path, ...lines.map(({ number, text }) => `  ${number}: ${text.trim()}`)].join("\n");
  });
  const more = total > results.length ? [`... and ${total - results.length} more`] : [];
  return withoutControls([head, ...shown, ...more, ...hole].join("\n"));
}

/** Files may hold what a terminal takes for commands. */
function withoutControls(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd");
}
