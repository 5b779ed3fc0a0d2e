/**
 * Modules that bring handles back and are opt-in: a thread imports one when the first message that needs it comes in.
 *
 * @module
 */

// A message says which module it needs, so only those of this package are imported for it.
const PACKAGE = new URL("../", import.meta.url).href;
// Without a dot segment or an escaped slash, by which a path could leave the package.
const FILE = /^(?:\w+\/)*\w+\.[jt]s$/;

/** The module of each kind of handle that has one. */
const modules = new Map<string, string>();
const loaded = new Set<string>();

/** Notes that handles with this tag need a module, which is loaded here. */
export function declareModule(tag: string, url: string): void {
  modules.set(tag, url);
  loaded.add(url);
}

/** The module that the thread needs where a handle with this tag arrives. */
export function moduleOf(tag: string): string | undefined {
  return modules.get(tag);
}

/** Loads what is not loaded yet; `null` when nothing is missing. One that cannot be loaded is not tried again. */
export function loadModules(urls: readonly string[]): Promise<void> | null {
  const missing = urls.filter((url) => isOwn(url) && !loaded.has(url));
  if (missing.length === 0) return null;
  return Promise.allSettled(missing.map((url) => import(url))).then(() => {
    for (const url of missing) loaded.add(url);
  });
}

function isOwn(url: string): boolean {
  return url.startsWith(PACKAGE) && FILE.test(url.slice(PACKAGE.length));
}
