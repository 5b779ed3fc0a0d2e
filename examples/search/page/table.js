import { element } from "./dom.js";

/**
 * Fills a table's body. What is there already is changed in place, so that a button in it keeps
 * the focus, and a click on it its target.
 *
 * @param rows Lists of cells: texts, elements, or `{ text, className }`.
 */
export function fillTable(body, rows) {
  while (body.rows.length > rows.length) body.lastElementChild.remove();
  for (const [i, cells] of rows.entries()) {
    const row = body.rows[i] ?? body.appendChild(element("tr"));
    for (const [j, cell] of cells.entries()) {
      fillCell(row.cells[j] ?? row.appendChild(element("td")), cell);
    }
  }
}

function fillCell(cell, content) {
  if (content instanceof Element) {
    if (content.parentElement !== cell) cell.replaceChildren(content);
    return;
  }
  const { text, className = "" } = typeof content === "string" ? { text: content } : content;
  cell.className = className;
  if (cell.textContent !== text) cell.textContent = text;
}
