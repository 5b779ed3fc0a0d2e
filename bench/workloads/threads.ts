import { type ActorRef, ActorSystem } from "@troupe/actors";
import { sharedMemoryTransport } from "@troupe/actors/shared";
import { peersOf, startPeers } from "../harness/absent.ts";
import { type Message, type Sink, sink, type Source, source } from "./actors.ts";
import { benchBuffers } from "./buffers.ts";
import { expectAll } from "../harness/check.ts";
import { compare, measure } from "../harness/measure.ts";
import { percentile } from "../report/statistics.ts";
import { formatNumber } from "../report/format.ts";
import type { Echo } from "./echo.ts";
import { RawWorker } from "./raw.ts";
import { BATCH, messageOf } from "./raw_messages.ts";
import { sized } from "../harness/settings.ts";
import { type Measure, type Player, RATE } from "../harness/workload.ts";

const IN_FLIGHT = 1000;
const LATENCIES: Measure[] = [
  { name: "p50", unit: "us", best: "least" },
  { name: "p99", unit: "us", best: "least" },
];

/** Messages between threads, beside code on a bare `Worker` and other libraries. */
export async function benchThreads() {
  await using system = new ActorSystem({ workers: 2, askTimeoutMs: 120_000 });
  const there = await system.spawn(sink);
  const here = await system.spawn(sink.with({ on: "here" }));
  const toWorker = await system.spawn(source, there);
  const toMain = await system.spawn(source.with({ near: toWorker }), here);
  using raw = new RawWorker();
  using other = new RawWorker();

  await compareOneWay("one-way messages, main -> worker", {
    raw: (messages, batch) => raw.put(messages, batch),
    async tell(messages) {
      await there.ask.take();
      for (let id = 0; id < messages; id++) there.tell.put(messageOf(id));
      return await there.ask.take();
    },
  });
  await compareOneWay("one-way messages, worker -> main", {
    raw: (messages, batch) => raw.take(messages, batch),
    tell: (messages) => sendAll(toMain, here, messages),
  });
  await compareOneWay("one-way messages, worker -> worker", {
    raw: (messages, batch) => raw.sendTo(other, messages, batch),
    tell: (messages) => sendAll(toWorker, there, messages),
  });
  await using faster = new ActorSystem({ workers: 1, transport: sharedMemoryTransport() });
  await benchRoundTrips(raw, there, await faster.spawn(sink));
  await benchBuffers(raw, there);
}

/** Ways to send so many messages; they give how many have arrived. */
interface OneWay {
  raw(messages: number, batch: number): Promise<number>;
  tell(messages: number): Promise<number>;
}

async function compareOneWay(title: string, { raw, tell }: OneWay): Promise<void> {
  const messages = sized(50_000, 1_000);
  const checked = (send: () => Promise<number>) => async () => {
    expectAll(await send(), messages, "messages");
  };
  await compare({
    title,
    operations: messages,
    contenders: [
      { name: "postMessage", role: "raw", run: checked(() => raw(messages, 1)) },
      {
        name: `postMessage of JSON, ${BATCH} a time`,
        role: "by-hand",
        run: checked(() => raw(messages, BATCH)),
      },
      { name: "Troupe: tell", run: checked(() => tell(messages)) },
    ],
  });
}

async function sendAll(from: ActorRef<Source>, to: ActorRef<Sink>, messages: number) {
  await to.ask.take();
  await from.ask.send(messages);
  return await to.ask.take();
}

async function benchRoundTrips(
  raw: RawWorker,
  there: ActorRef<Sink>,
  shared: ActorRef<Sink>,
): Promise<void> {
  const peers = await startPeers(await peersOf<Echo>("echoes"));
  const ways: Echo[] = [
    {
      name: "postMessage",
      role: "raw",
      echo: async (message) => {
        return (await raw.call<{ message: Message }>({ kind: "echo", id: 1, message })).message;
      },
      close: () => Promise.resolve(),
    },
    {
      name: "Troupe: ask",
      role: "troupe",
      echo: (message) => there.ask.echo(message),
      close: () => Promise.resolve(),
    },
    {
      name: "Troupe: ask, sharedMemoryTransport()",
      role: "troupe",
      echo: (message) => shared.ask.echo(message),
      close: () => Promise.resolve(),
    },
    ...peers,
  ];
  const roundTrips = sized(2_000, 50);
  await measure({
    title: "round trips, one after the other",
    measures: LATENCIES,
    players: ways.map(({ name, role, echo }) => ({
      name,
      role,
      async run() {
        const times: number[] = [];
        for (let id = 0; id < roundTrips; id++) {
          const start = performance.now();
          const { id: answered } = await echo(messageOf(id));
          times.push((performance.now() - start) * 1000);
          expectAll(answered, id, "answer");
        }
        return [percentile(times, 0.5), percentile(times, 0.99)];
      },
    })),
  });

  const many = sized(50_000, 2_000);
  await measure({
    title: `round trips, ${IN_FLIGHT} in flight`,
    measures: [RATE],
    players: [
      { name: "postMessage", role: "raw", run: () => rateOf(many, () => pump(raw, many)) },
      ...ways.slice(1).map(({ name, role, echo, most = many }): Player => {
        const given = Math.min(many, most);
        const label = given < many ? `${name}, ${formatNumber(given)}` : name;
        return { name: label, role, run: () => rateOf(given, () => askMany(echo, given)) };
      }),
    ],
  });
  await Promise.all(peers.map((peer) => peer.close()));
}

async function rateOf(operations: number, work: () => Promise<void>): Promise<[number]> {
  const start = performance.now();
  await work();
  return [operations / (performance.now() - start) * 1000];
}

async function askMany(echo: Echo["echo"], messages: number): Promise<void> {
  let [begun, answered] = [0, 0];
  const client = async () => {
    while (begun < messages) {
      await echo(messageOf(begun++));
      answered++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  expectAll(answered, messages, "answers");
}

/** Keeps so many round trips in flight on a bare worker. */
function pump({ worker }: RawWorker, messages: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let left = messages;
    const send = () => worker.postMessage({ kind: "echo", id: sent, message: messageOf(sent++) });
    worker.onmessage = () => {
      if (--left === 0) resolve();
      else if (sent < messages) send();
    };
    while (sent < Math.min(messages, IN_FLIGHT)) send();
  });
}
