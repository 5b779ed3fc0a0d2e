/** Options for {@linkcode renderPage}. */
export interface PageOptions {
  /** For so many shards there is a button that crashes it. */
  crashableShards: number;
}

/**
 * The page with the search box.
 *
 * What comes out of files and queries reaches the page as text nodes only, never as markup, and
 * the policy lets no script run but the one here, which carries the nonce of this response.
 */
export function renderPage(options: PageOptions): Response {
  const nonce = crypto.randomUUID();
  return new Response(pageOf(nonce, options), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; script-src 'nonce-${nonce}'; ` +
        `style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; ` +
        "frame-ancestors 'none'",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  });
}

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  input { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem }
  h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; overflow-wrap: anywhere }
  pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
  .number { opacity: .6 }
  footer { margin-top: 2rem }
`;

const SCRIPT = `
  const box = document.querySelector("input");
  const status = document.querySelector("[role=status]");
  const list = document.querySelector("main");
  let running = new AbortController();

  function element(tag, text, className = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function show({ total, tookMs, missing, results }) {
    status.textContent = total + (total === 1 ? " file" : " files") + ", " + tookMs.toFixed(1) + " ms" +
      (missing.length > 0 ? ", without the words of shard " + missing.join(", ") : "");
    list.replaceChildren(...results.flatMap(({ path, lines }) => {
      const text = element("pre", "");
      for (const line of lines) {
        text.append(element("span", line.number + "  ", "number"), line.text + "\\n");
      }
      return [element("h2", path), text];
    }));
  }

  async function search() {
    running.abort(); // The server stops working on what was asked before.
    const { signal } = running = new AbortController();
    list.replaceChildren();
    status.textContent = "";
    if (box.value.trim() === "") return;
    try {
      const response = await fetch("/search?" + new URLSearchParams({ q: box.value }), { signal });
      const answer = await response.json();
      if (!response.ok) return void (status.textContent = answer.error);
      show(answer);
      // A shard that is missing comes back soon.
      if (answer.missing.length > 0) setTimeout(() => signal.aborted || search(), 500);
    } catch (error) {
      if (!signal.aborted) status.textContent = String(error);
    }
  }

  async function crash({ currentTarget: button }) {
    button.disabled = true;
    try {
      const response = await fetch("/crash?shard=" + button.value, { method: "POST" });
      const { error } = await response.json();
      if (response.ok) await search(); // Shows what is missing, until it is back.
      else status.textContent = error;
    } catch (error) {
      status.textContent = String(error);
    }
    button.disabled = false;
  }

  box.addEventListener("input", search);
  for (const button of document.querySelectorAll("footer button")) {
    button.addEventListener("click", crash);
  }
  document.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
`;

function pageOf(nonce: string, { crashableShards }: PageOptions): string {
  const buttons = Array.from({ length: crashableShards }, (_, shard) => {
    return `<button type="button" value="${shard}">Crash shard ${shard}</button>`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Search</title>
<style nonce="${nonce}">${STYLE}</style>
<h1>Search</h1>
<form><input type="search" aria-label="Words to find" autofocus maxlength="256"></form>
<p role="status"></p>
<main></main>
${buttons.length > 0 ? `<footer>${buttons.join(" ")}</footer>` : ""}
<script nonce="${nonce}">${SCRIPT}</script>
</html>
`;
}
