import { element, lineElement } from "./dom.js";
import { openFile } from "./file_view.js";

const list = document.querySelector("#results");

/** Shows what was found; each result is a button that opens the file. Its focus stays. */
export function showResults({ query, results }) {
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.replaceChildren(...results.map((result) => element("li", {}, buttonFor(result, query))));
  if (focused !== null) list.querySelector(`[value="${focused}"]`)?.focus();
}

/** Takes all results away. */
export function clearResults() {
  list.replaceChildren();
}

function buttonFor({ file, path, lines }, query) {
  const button = element(
    "button",
    { type: "button", value: file },
    element("span", { className: "path" }, path),
    element("span", { className: "lines" }, ...lines.map(lineElement)),
  );
  const line = lines[0]?.number ?? 1;
  button.addEventListener("click", () => openFile({ file, path, line, query }));
  return button;
}
