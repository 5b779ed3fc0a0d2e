import { ask } from "./api.js";
import { element, lineElement } from "./dom.js";

const LINES_BEFORE = 100;

const dialog = document.querySelector("#file");
const name = dialog.querySelector("h2");
const text = dialog.querySelector("pre");

/** Shows the file around the line; Escape closes it. */
export async function openFile({ file, path, line, query }) {
  name.textContent = path;
  text.replaceChildren();
  dialog.showModal();
  text.focus();
  try {
    const from = Math.max(1, line - LINES_BEFORE);
    const { lines, totalLines } = await ask("/file", { query: { id: file, from, q: query } });
    if (name.textContent !== path) return; // Another one has been opened meanwhile.
    const more = totalLines - from - lines.length + 1;
    text.replaceChildren(
      ...lines.map(lineElement),
      element("span", { className: "quiet" }, more > 0 ? `… ${more} more lines` : ""),
    );
    text.children[line - from]?.scrollIntoView({ block: "center" });
  } catch (error) {
    text.textContent = error.message;
  }
}
