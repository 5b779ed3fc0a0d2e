import type { WorkFigures } from "./figures.ts";
import { formatFigure } from "./format.ts";
import type { Line } from "./summary.ts";

const WIDTH = 800;
const LABELS = 290;
const BARS = 380;
const LINE = 22;
const HEAD = 36;

// Shown on light and on dark pages alike.
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; }
.raw { fill: #8c959f; } .by-hand { fill: #bf8700; } .peer { fill: #54aeff; } .troupe { fill: #1a7f37; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .troupe { fill: #3fb950; } }
`;

/** A bar chart of the median figures of a group, as an SVG image. */
export function chartOf(group: string, works: readonly WorkFigures[]): string {
  let top = 8;
  const blocks: string[] = [];
  for (const work of works) {
    blocks.push(block(work, top));
    top += HEAD + work.players.length * LINE;
  }
  const size = `width="${WIDTH}" height="${top + 8}" viewBox="0 0 ${WIDTH} ${top + 8}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>${escape(`Medians: ${group}`)}</title>
<style>${STYLE}</style>
${blocks.join("\n")}
</svg>
`;
}

function block(work: WorkFigures, top: number): string {
  const most = Math.max(...work.players.map(({ median }) => median));
  const better = work.best === "most" ? "longer is better" : "shorter is better";
  const bars = work.players.map((line, index) => bar(line, most, work, top + HEAD + index * LINE));
  return [
    `<text class="title" x="8" y="${top + 22}">${escape(`${work.title} (${better})`)}</text>`,
    ...bars,
  ].join("\n");
}

function bar({ name, role, median }: Line, most: number, work: WorkFigures, top: number): string {
  const width = Math.max(1, Math.round(median / most * BARS));
  const text = escape(formatFigure(median, work));
  return [
    `<text x="${LABELS - 8}" y="${top + 14}" text-anchor="end">${escape(name)}</text>`,
    `<rect class="${role}" x="${LABELS}" y="${top + 2}" width="${width}" height="${LINE - 6}"/>`,
    `<text x="${LABELS + width + 6}" y="${top + 14}">${text}</text>`,
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
