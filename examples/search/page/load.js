import { ask, delay } from "./api.js";
import { showTimes } from "./chart.js";
import { counted, element, megabytes } from "./dom.js";
import { fillTable } from "./table.js";

const EVERY_MS = 500;
const SAMPLES = 6;

const shardTable = document.querySelector("#shards");
const hostTable = document.querySelector("#hosts");
const total = document.querySelector("#total");

const meters = [];
const buttons = [];
/** What the shards said lately, and when: their load is what has come since. */
const samples = [];

/**
 * Keeps the tables and the chart up to date as long as the page is looked at.
 *
 * @param crash Called with a shard when its button is pressed; there are buttons when it is allowed.
 */
export async function watchLoad(crash) {
  for (;;) {
    if (!document.hidden) {
      try {
        show(await ask("/stats"), crash);
      } catch (error) {
        total.textContent = error.message;
      }
    }
    await delay(EVERY_MS);
  }
}

function show(stats, crash) {
  const loads = loadsOf(stats.shards);
  const isCrashable = stats.crashableShards > 0;
  if (isCrashable && buttons.length === 0) addButtons(stats.shards.length, crash);
  const rows = stats.shards.map((shard, i) => shardCells(i, shard, loads[i]));
  fillTable(shardTable.tBodies[0], rows);
  fillTable(hostTable.tBodies[0], stats.hosts.map((host, i) => hostCells(i, host, stats)));
  total.textContent = `${counted(stats.files, "file")}, ${megabytes(stats.bytes)}, ` +
    `${counted(stats.words, "word")}, ${counted(stats.terms, "term")}`;
  showTimes(stats.recentMs);
}

/** How often each shard has answered, a second; the mean of the last seconds. */
function loadsOf(shards) {
  const nowMs = performance.now();
  samples.push({ shards, atMs: nowMs });
  if (samples.length > SAMPLES) samples.shift();
  const [{ shards: before, atMs }] = samples;
  return shards.map((shard, i) => {
    const answers = (shard?.answers ?? 0) - (before[i]?.answers ?? 0);
    return Math.max(0, answers / Math.max(1, nowMs - atMs) * 1_000); // It counts anew after a loss.
  });
}

function shardCells(number, shard, load) {
  const numbers = shard === null ? ["", "", "", ""] : [
    shard.terms.toLocaleString("en"),
    megabytes(shard.byteLength),
    `${shard.answers}`,
    `${load.toFixed(1)}/s`,
  ];
  return [`${number}`, stateOf(shard), ...numbers, ...buttons.slice(number, number + 1)];
}

function stateOf(shard) {
  if (shard === null) return { text: "lost", className: "lost" };
  if (shard.isWhole) return { text: "whole", className: "whole" };
  const part = shard.filesRead / Math.max(1, shard.filesToRead);
  return { text: `reads again ${(part * 100).toFixed(0)} %`, className: "reading" };
}

function hostCells(number, { host, files, words, busyMs }, { shards, words: allWords }) {
  const held = Array.from(shards.keys()).filter((i) => shards[i]?.host === host);
  const meter = meters[number] ??= element("meter");
  meter.value = words / Math.max(1, allWords);
  meter.ariaLabel = `Part of the words read by ${host}`;
  return [
    host,
    held.join(", "),
    files.toLocaleString("en"),
    words.toLocaleString("en"),
    `${(busyMs / 1_000).toFixed(2)} s`,
    meter,
  ];
}

function addButtons(count, crash) {
  shardTable.tHead.rows[0].append(element("th", { scope: "col" }, "Try"));
  for (let number = 0; number < count; number++) {
    const button = element("button", { type: "button" }, "Crash");
    button.ariaLabel = `Crash shard ${number}`;
    button.addEventListener("click", async () => {
      button.disabled = true;
      await crash(number);
      button.disabled = false;
    });
    buttons.push(button);
  }
}
