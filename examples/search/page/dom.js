/** Makes an element. Strings among the children become text, never markup. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A line of a file: its number, and its text with the words of the query marked. */
export function lineElement({ number, text, matches }) {
  const line = element("span", { className: "line" });
  line.append(element("span", { className: "number" }, `${number}`));
  let at = 0;
  for (const [start, end] of matches) {
    line.append(text.slice(at, start), element("mark", {}, text.slice(start, end)));
    at = end;
  }
  line.append(text.slice(at));
  return line;
}

/** "1 file", "2 files". */
export function counted(count, thing) {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** Bytes as people read them. */
export function megabytes(byteLength) {
  return `${(byteLength / 1e6).toFixed(1)} MB`;
}
