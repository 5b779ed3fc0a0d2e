const FOLDER = new URL("./page/", import.meta.url);

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

const SCRIPTS = [
  "main",
  "api",
  "chart",
  "dom",
  "file_view",
  "keys",
  "load",
  "progress",
  "results",
  "table",
];

/** What is served from the folder `page/`, and nothing else. */
const FILES = new Set([
  "index.html",
  "style.css",
  "icon.svg",
  ...SCRIPTS.map((name) => `${name}.js`),
]);

/** Whether a file of the page is at `path`. */
export function isPagePath(path: string): boolean {
  return FILES.has(fileAt(path));
}

/**
 * A file of the page. What comes out of files and queries reaches the page as text nodes only,
 * never as markup, and its policy lets no script run but those served here.
 */
export async function readPage(path: string): Promise<Response> {
  const file = fileAt(path);
  const type = TYPES[file.split(".")[1]!];
  return new Response(await Deno.readFile(new URL(file, FOLDER)), {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": POLICY,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  });
}

function fileAt(path: string): string {
  return path === "/" ? "index.html" : path.slice(1);
}
