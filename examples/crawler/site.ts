/** A site to crawl: `count` pages, each with links to some others, in circles, too. */
export function serveSite(count: number): Disposable & { url: string; requests: () => number } {
  let requests = 0;
  const stop = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} };
  const { addr } = Deno.serve(options, ({ url }) => {
    requests++;
    const page = Number(/^\/(\d+)$/.exec(new URL(url).pathname)?.[1] ?? NaN);
    if (!(page < count)) return new Response("No such page", { status: 404 });
    const targets = [2 * page + 1, 2 * page + 2, page * 7 % count, 0, "https://elsewhere.example/"];
    const links = targets.map((target) => `<a href="${target}">${target}</a>`);
    return new Response(`<title>Page ${page}</title>${links.join(" ")}`);
  });
  return {
    url: `http://127.0.0.1:${addr.port}/0`,
    requests: () => requests,
    [Symbol.dispose]: () => stop.abort(),
  };
}
