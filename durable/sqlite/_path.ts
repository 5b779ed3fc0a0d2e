import { shown } from "../../channels/vocabulary/checks.ts";

/** @throws {TypeError} when it is neither the path of a file nor a file: URL. */
export function pathOf(doing: string, path: string | URL): string {
  if (path instanceof URL) {
    if (path.protocol === "file:") return pathOfUrl(path);
  } else if (typeof path === "string" && path !== "" && !path.includes("\0")) {
    // SQLite would take it for a URL with options of its own.
    return path.startsWith("file:") ? pathOfUrl(new URL(path)) : path;
  }
  const received = path instanceof URL ? JSON.stringify(path.href) : shown(path);
  throw new TypeError(
    `Cannot ${doing}: path must be a text that is not empty or a file: URL, received ${received}`,
  );
}

// As `node:url` has it, which would have to be loaded.
function pathOfUrl({ pathname }: URL): string {
  const path = decodeURIComponent(pathname);
  if (Deno.build.os !== "windows") return path;
  return path.replace(/^\/(?=[A-Za-z]:)/, "").replaceAll("/", "\\");
}
