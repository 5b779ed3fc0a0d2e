/**
 * Modules that bring handles back and are opt-in: a thread imports one when the first message that needs it comes in.
 *
 * @module
 */
import { thread } from "./thread.ts";

// A message says which module it needs, so only those of this package are imported for it.
const PACKAGE = new URL("../../", import.meta.url).href;
// Only modules that are meant to be imported: without a dot segment or an escaped slash, by which a path could leave
// the folder.
const FILE = /^shared\/(?:[a-z]+\/)*[a-z]\w*\.[jt]s$/;

/** The module of each kind of handle that has one. */
const modules = new Map<string, string>();
const loaded = new Set<string>();

/** Why modules could not be loaded, by their addresses. */
const failures = new Map<string, unknown>();

/** Notes that handles with this tag need a module. That need not be loaded here, though a part of it is. */
export function declareModule(tag: string, url: string): void {
  modules.set(tag, url);
}

/** The module that the thread needs where a handle with this tag arrives. */
export function moduleOf(tag: string): string | undefined {
  return modules.get(tag);
}

/** Loads what is not loaded yet; `null` when nothing is missing. One that cannot be loaded is not tried again. */
export function loadModules(urls: readonly string[]): Promise<void> | null {
  const missing = urls.filter((url) => isOwn(url) && !loaded.has(url));
  if (missing.length === 0) return null;
  return Promise.all(missing.map(loadOne)).then(() => {});
}

async function loadOne(url: string): Promise<void> {
  try {
    await thread().platform.load(url);
  } catch (error) {
    failures.set(url, error);
  }
  loaded.add(url);
}

/** Why a handle cannot be brought back here, when a module could not be loaded. */
export function loadFailures(): unknown[] {
  return [...failures.values()];
}

function isOwn(url: string): boolean {
  return url.startsWith(PACKAGE) && FILE.test(url.slice(PACKAGE.length));
}
