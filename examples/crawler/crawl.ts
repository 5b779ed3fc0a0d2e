import { type Queue, task } from "@troupe/actors";

/** What was found at an address. */
export interface Page {
  readonly url: string;
  /** Its title, or why there is none. */
  readonly title: string;
  /** Where it leads to on the same site, each once. */
  readonly links: readonly string[];
}

/** Fetches addresses until there are no more. */
export const crawl = task(import.meta, async (urls: Queue<string>, pages: Queue<Page>) => {
  for await (const url of urls) await pages.send(await load(url));
});

async function load(url: string): Promise<Page> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const html = await response.text();
    if (!response.ok) return { url, title: `${response.status} ${html}`, links: [] };
    const title = /<title>(.*?)<\/title>/.exec(html)?.[1] ?? "";
    const targets = html.matchAll(/<a href="(.*?)"/g).map(([, target]) => new URL(target!, url));
    const own = targets.filter(({ origin }) => origin === new URL(url).origin);
    return { url, title, links: [...new Set(own.map(({ href }) => href))] };
  } catch (error) {
    return { url, title: `${error}`, links: [] };
  }
}
