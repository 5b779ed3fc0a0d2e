import { ActorSystem, transfer } from "@troupe/actors";
import { sink, source } from "./actors.ts";
import { compare } from "./measure.ts";

const MESSAGES = 50_000;
const ROUND_TRIPS = 2_000;
const MOVES = 20;
const SIZES = [1, 64];
const MEBIBYTE = 2 ** 20;

function startRaw() {
  const worker = new Worker(new URL("./raw_worker.ts", import.meta.url), { type: "module" });
  const once = <T>() => new Promise<T>((resolve) => worker.onmessage = ({ data }) => resolve(data));
  return { worker, once };
}

/** Messages between threads, with code on a bare `Worker` beside them. */
export async function benchThreads() {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(sink);
  const sender = await system.spawn(source, ref);
  const raw = startRaw();
  const other = startRaw();

  await compare({
    title: "one-way messages, main -> worker",
    operations: MESSAGES,
    contenders: [{
      name: "postMessage",
      async run() {
        for (let id = 0; id < MESSAGES; id++) {
          raw.worker.postMessage({ kind: "put", message: { id, name: "message", v: [1, 2, 3] } });
        }
        const counted = raw.once();
        raw.worker.postMessage({ kind: "count" });
        await counted;
      },
    }, {
      name: "tell",
      async run() {
        for (let id = 0; id < MESSAGES; id++) {
          ref.tell.put({ id, name: "message", v: [1, 2, 3] });
        }
        await ref.ask.count();
      },
    }],
  });

  await compare({
    title: "one-way messages, worker -> worker",
    operations: MESSAGES,
    contenders: [{
      name: "postMessage",
      async run() {
        const { port1, port2 } = new MessageChannel();
        raw.worker.postMessage({ kind: "serve" }, [port1]);
        const sent = other.once();
        other.worker.postMessage({ kind: "send", messages: MESSAGES }, [port2]);
        await sent;
      },
    }, {
      name: "tell",
      run: () => sender.ask.send(MESSAGES),
    }],
  });

  const message = { id: 1, name: "message", v: [1, 2, 3] };
  await compare({
    title: "round trips, one after the other",
    operations: ROUND_TRIPS,
    contenders: [{
      name: "postMessage",
      async run() {
        for (let id = 0; id < ROUND_TRIPS; id++) {
          const reply = raw.once();
          raw.worker.postMessage({ kind: "echo", id, message });
          await reply;
        }
      },
    }, {
      name: "ask",
      async run() {
        for (let id = 0; id < ROUND_TRIPS; id++) await ref.ask.echo(message);
      },
    }],
  });

  await compare({
    title: "round trips, 1000 in flight",
    operations: MESSAGES,
    contenders: [{
      name: "postMessage",
      run: () =>
        new Promise((resolve) => {
          let sent = 0;
          let left = MESSAGES;
          const send = () => raw.worker.postMessage({ kind: "echo", id: sent++, message });
          raw.worker.onmessage = () => {
            if (--left === 0) resolve();
            else if (sent < MESSAGES) send();
          };
          while (sent < 1000) send();
        }),
    }, {
      name: "ask",
      async run() {
        let left = MESSAGES;
        const client = async () => {
          while (left-- > 0) await ref.ask.echo(message);
        };
        await Promise.all(Array.from({ length: 1000 }, client));
      },
    }],
  });

  const buffers = new Map(SIZES.map((size) => [size, new ArrayBuffer(size * MEBIBYTE)]));
  const bounce = (
    name: string,
    size: number,
    move: (own: ArrayBuffer) => Promise<ArrayBuffer>,
  ) => ({
    name: `${name}, ${size} MiB`,
    async run() {
      let buffer = buffers.get(size)!;
      for (let index = 0; index < MOVES; index++) buffer = await move(buffer);
      buffers.set(size, buffer);
    },
  });
  await compare({
    title: "a buffer there and back, moved",
    operations: MOVES,
    rounds: 21,
    contenders: SIZES.flatMap((size) => [
      bounce("postMessage", size, (buffer) => {
        const back = raw.once<ArrayBuffer>();
        raw.worker.postMessage({ kind: "bounce", buffer }, [buffer]);
        return back;
      }),
      bounce(
        "ask with transfer",
        size,
        (buffer) => ref.ask.bounce(transfer(buffer, [buffer])),
      ),
    ]),
  });

  raw.worker.terminate();
  other.worker.terminate();
}
