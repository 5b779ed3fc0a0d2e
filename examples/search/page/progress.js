import { ask, delay } from "./api.js";
import { counted, megabytes } from "./dom.js";

const EVERY_MS = 150;

/** Shows how the indexing goes; resolves when it is done. */
export async function untilIndexed(status) {
  const bar = document.querySelector("#progress");
  for (;; await delay(EVERY_MS)) {
    const { found, done, byteLength, isIndexed } = await ask("/progress");
    bar.hidden = isIndexed;
    if (isIndexed) return;
    status.textContent = `Indexing: ${done.toLocaleString("en")} of ${counted(found, "file")}, ` +
      megabytes(byteLength);
    if (found > 0) Object.assign(bar, { max: found, value: done });
  }
}
