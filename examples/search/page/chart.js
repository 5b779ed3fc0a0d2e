const SVG = "http://www.w3.org/2000/svg";
const BARS = 60;
const WIDTH = 300;
const HEIGHT = 64;

const chart = document.querySelector("#chart");
const label = document.querySelector("#latency");

/** A bar for each of the last queries, the newest at the right. */
export function showTimes(times) {
  const slowest = Math.max(...times);
  const left = BARS - times.length;
  chart.replaceChildren(...times.map((ms, i) => {
    const height = Math.max(1, ms / slowest * HEIGHT);
    return bar({ x: (left + i) * WIDTH / BARS, y: HEIGHT - height, width: 4, height }, ms);
  }));
  const median = times.toSorted((a, b) => a - b)[times.length >> 1];
  label.textContent = times.length === 0
    ? "none yet"
    : `median ${median.toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms`;
  chart.setAttribute(
    "aria-label",
    `Time of the last ${times.length} queries: ${label.textContent}`,
  );
}

function bar(place, ms) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value);
  const title = document.createElementNS(SVG, "title");
  title.textContent = `${ms.toFixed(1)} ms`;
  rect.append(title);
  return rect;
}
