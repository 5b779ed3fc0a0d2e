const box = document.querySelector("input");
const dialog = document.querySelector("dialog");

/**
 * "/" goes to the search box, the arrows go through the results, Escape starts over. The results
 * are buttons, so Enter opens the one that has the focus.
 *
 * @param onClear Called when Escape has emptied the box.
 */
export function listenToKeys(onClear) {
  document.addEventListener("keydown", (event) => {
    if (dialog.open || event.ctrlKey || event.altKey || event.metaKey) return;
    const isHandled = handle(event.key, onClear);
    if (isHandled) event.preventDefault();
  });
}

function handle(key, onClear) {
  switch (key) {
    case "/":
      if (document.activeElement === box) return false;
      box.focus();
      box.select();
      return true;
    case "ArrowDown":
      return move(1);
    case "ArrowUp":
      return move(-1);
    case "Escape":
      box.value = "";
      box.focus();
      onClear();
      return true;
    default:
      return false;
  }
}

/** Moves the focus among the box and the results, which come after it. */
function move(step) {
  const stops = [box, ...document.querySelectorAll("#results button")];
  const at = stops.indexOf(document.activeElement);
  if (at < 0) return false; // Somewhere else: the arrows are for scrolling.
  stops[at + step]?.focus();
  return stops[at + step] !== undefined;
}
