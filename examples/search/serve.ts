import { UsageError } from "./errors.ts";
import { HttpHandler, type HttpHandlerOptions } from "./http_handler.ts";

/** Options for {@linkcode serve}. */
export interface ServeOptions extends HttpHandlerOptions {
  hostname: string;
  /** 0 lets the system choose. */
  port: number;
}

/** A running server. */
export interface SearchServer extends AsyncDisposable {
  readonly handler: HttpHandler;
  readonly url: string;
}

/**
 * Listens at once, so that a port that is taken shows before the indexing, and answers queries
 * when `handler.backend` is set. Disposing ends it without waiting for requests in work.
 *
 * @throws {UsageError} when it cannot listen there.
 */
export function serve({ hostname, port, ...options }: ServeOptions): SearchServer {
  const handler = new HttpHandler(options);
  const stop = new AbortController();
  const server = listen({ hostname, port, signal: stop.signal, onListen: () => {} }, handler);
  const { addr } = server;
  return {
    handler,
    url: `http://${
      addr.hostname.includes(":") ? `[${addr.hostname}]` : addr.hostname
    }:${addr.port}/`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

function listen(
  options: Deno.ServeTcpOptions,
  { handle }: HttpHandler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve(options, handle);
  } catch (cause) {
    const state = cause instanceof Deno.errors.AddrInUse
      ? "the port is taken; choose another one with --port"
      : `${cause instanceof Error ? cause.message : cause}`;
    throw new UsageError(`Cannot listen on ${options.hostname}:${options.port}: ${state}`, {
      cause,
    });
  }
}
