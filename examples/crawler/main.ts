/**
 * Crawls a site with four tasks that share a queue of addresses. Only main knows what has been seen,
 * so each page is fetched once, and no more than the limit. (It serves the site itself.)
 *
 *     deno task example:crawler
 *
 * prints
 *
 *     http://127.0.0.1:41235/0 Page 0
 *     http://127.0.0.1:41235/2 Page 2
 *     ...
 *     Crawled 30 pages with 30 requests
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ActorSystem, Queue } from "@troupe/actors";
import { crawl, type Page } from "./crawl.ts";
import { serveSite } from "./site.ts";

const options = parseArgs(Deno.args, {
  string: ["pages", "limit"],
  default: { pages: "50", limit: "30" },
});
const limit = Number(options.limit);

using site = serveSite(Number(options.pages));
await using system = new ActorSystem();
using urls = new Queue<string>();
using pages = new Queue<Page>({ capacity: 10 });

const crawlers = Array.from({ length: 4 }, () => system.run(crawl, urls, pages));
const ended = Promise.all(crawlers).finally(() => pages.close());

const seen = new Set<string>();

async function visit(url: string): Promise<void> {
  if (seen.size === limit || seen.has(url)) return;
  seen.add(url);
  await urls.send(url);
}
await visit(site.url);
let count = 0;
for await (const { url, title, links } of pages) {
  console.log(url, title);
  for (const link of links) await visit(link);
  if (++count === seen.size) urls.close(); // All that was seen has come back.
}
await ended;
console.log(`Crawled ${count} pages with ${site.requests()} requests`);
