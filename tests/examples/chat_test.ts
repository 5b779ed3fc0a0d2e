/** Runs the chat and talks to it as browsers do, over WebSockets. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { programTest } from "../program.ts";
import { until, within } from "../testing.ts";
import { ServerProgram } from "./server_program.ts";

const MAIN = new URL("../../examples/chat/main.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--allow-read", "--allow-net=127.0.0.1"];

function startChat(): ServerProgram {
  return new ServerProgram(MAIN, { flags: FLAGS, args: ["--port", "0"] });
}

/** Somebody in a room. */
class Client implements AsyncDisposable {
  readonly closed: Promise<CloseEvent>;
  #socket: WebSocket;
  #lines: ReadableStreamDefaultReader<string>;

  constructor(url: string, place: string) {
    this.#socket = new WebSocket(url.replace("http", "ws") + place);
    this.closed = new Promise((resolve) => this.#socket.onclose = resolve);
    const lines = new ReadableStream<string>({
      start: (controller) => {
        this.#socket.onmessage = ({ data }) => controller.enqueue(data);
      },
    });
    this.#lines = lines.getReader();
  }

  /** The next line that is said, to this one too. */
  async hear(): Promise<string> {
    return (await within(20_000, "a line", this.#lines.read())).value!;
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await within(20_000, "the end of the connection", this.closed);
  }
}

programTest("example chat hands what one says to all in the room, in order", async () => {
  await using chat = startChat();
  const url = await chat.url();
  await using ann = new Client(url, "tea/ann");
  assertEquals(await ann.hear(), "* ann has joined ann");
  await using bob = new Client(url, "tea/bob");
  const both = [ann, bob];
  for (const one of both) assertEquals(await one.hear(), "* bob has joined ann, bob");

  for (let i = 0; i < 20; i++) ann.say(`hello ${i}`);

  for (const one of both) {
    for (let i = 0; i < 20; i++) assertEquals(await one.hear(), `ann: hello ${i}`);
  }
});

programTest("example chat tells those who stay who has left, and frees the name", async () => {
  await using chat = startChat();
  const url = await chat.url();
  await using ann = new Client(url, "tea/ann");
  await ann.hear();
  {
    await using _bob = new Client(url, "tea/bob");
    assertEquals(await ann.hear(), "* bob has joined ann, bob");
  }
  assertEquals(await ann.hear(), "* bob has left");
  await using bob = new Client(url, "tea/bob");
  assertEquals(await bob.hear(), "* bob has joined ann, bob");
});

programTest("example chat forgets those who go before they are in", async () => {
  await using chat = startChat();
  const url = await chat.url();
  for (let i = 0; i < 20; i++) await new Client(url, "tea/bob")[Symbol.asyncDispose]();
  let nick = "";
  await until(20_000, "an empty room", async () => {
    nick += "x"; // The one before may be there still.
    await using one = new Client(url, `tea/${nick}`);
    return await one.hear() === `* ${nick} has joined ${nick}`;
  });
});

programTest("example chat keeps rooms apart", async () => {
  await using chat = startChat();
  const url = await chat.url();
  await using ann = new Client(url, "tea/ann");
  await using bob = new Client(url, "coffee/bob");
  assertEquals(await ann.hear(), "* ann has joined ann");
  assertEquals(await bob.hear(), "* bob has joined bob");
  ann.say("tea");
  bob.say("coffee");
  assertEquals([await ann.hear(), await bob.hear()], ["ann: tea", "bob: coffee"]);
});

programTest("example chat refuses a name that somebody in the room has", async () => {
  await using chat = startChat();
  const url = await chat.url();
  await using ann = new Client(url, "tea/ann");
  await ann.hear();
  await using second = new Client(url, "tea/ann");
  const { code, reason } = await within(20_000, "the refusal", second.closed);
  assertEquals([code, reason], [1008, "Somebody is called ann already"]);
  ann.say("alone");
  assertEquals(await ann.hear(), "ann: alone");
});

programTest("example chat lets somebody go who sends more than 1000 characters", async () => {
  await using chat = startChat();
  const url = await chat.url();
  await using ann = new Client(url, "tea/ann");
  await using bob = new Client(url, "tea/bob");
  await bob.hear();
  bob.say("x".repeat(1_001));
  const { code, reason } = await within(20_000, "the end of bob's connection", bob.closed);
  assertEquals([code, reason], [1009, "More than 1000 characters"]);
  const heard = [await ann.hear(), await ann.hear(), await ann.hear()];
  assertEquals(heard.at(-1), "* bob has left");
});

programTest("example chat serves its page, and ends on Ctrl-C while people are there", async () => {
  await using chat = startChat();
  const url = await chat.url();
  assertStringIncludes(await (await fetch(url)).text(), "<title>Chat</title>");
  await using ann = new Client(url, "tea/ann");
  await ann.hear();
  assertEquals(await chat.interrupt(), 0);
  const { code, wasClean } = await within(20_000, "the end of the connection", ann.closed);
  assertEquals([code, wasClean], [1001, true]);
  assertEquals(chat.stderr, "");
});
