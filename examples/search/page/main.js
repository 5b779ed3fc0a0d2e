import { ask, delay } from "./api.js";
import { counted } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { watchLoad } from "./load.js";
import { untilIndexed } from "./progress.js";
import { clearResults, showResults } from "./results.js";

const AGAIN_MS = 300;

const form = document.querySelector("form[role=search]");
const box = form.elements.q;
const status = document.querySelector("#status");
let running = new AbortController();

/** Searches for what is in the box; what was asked before is not answered any more. */
async function search() {
  running.abort();
  const { signal } = running = new AbortController();
  const q = box.value;
  history.replaceState(null, "", q === "" ? "/" : `/?${new URLSearchParams({ q })}`);
  if (q.trim() === "") {
    clearResults();
    status.textContent = "";
    return;
  }
  try {
    let answer = await ask("/search", { query: { q }, signal });
    show(answer);
    while (answer.missing.length > 0) { // A shard that is missing comes back soon.
      await delay(AGAIN_MS);
      if (signal.aborted) return;
      answer = await ask("/search", { query: { q }, signal });
      show(answer);
    }
  } catch (error) {
    if (signal.aborted) return;
    clearResults();
    status.textContent = error.message;
  }
}

function show(answer) {
  const { total, tookMs, missing } = answer;
  const hole = missing.length > 0 ? `, without the words of shard ${missing.join(", ")}` : "";
  status.textContent = `${counted(total, "file")} in ${tookMs.toFixed(1)} ms${hole}`;
  showResults(answer);
}

async function crash(shard) {
  try {
    await ask("/crash", { query: { shard }, method: "POST" });
    await search(); // Shows what is missing, until it is back.
  } catch (error) {
    status.textContent = error.message;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
listenToKeys(search);
box.value = new URLSearchParams(location.search).get("q") ?? "";
await untilIndexed(status);
box.addEventListener("input", search);
search();
watchLoad(crash);
