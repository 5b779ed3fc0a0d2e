/**
 * A chat over WebSocket. Each room is an actor on some worker; each client has a queue, which goes
 * with the message that asks to join, and which the room writes to from over there.
 *
 *     deno task example:chat
 *
 * prints `Chat at http://127.0.0.1:8000/`; open that in two windows.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ActorSystem, Queue, type RefOf } from "@troupe/actors";
import { room } from "./room.ts";

const MAX_ROOMS = 100;
const MAX_TEXT_LENGTH = 1_000;
const MAX_BYTES_WAITING = 1 << 20;
const ADDRESS = new URLPattern({ pathname: "/:room([a-z]{1,20})/:nick([a-z]{1,20})" });

const page = await Deno.readTextFile(new URL("./page.html", import.meta.url));
const rooms = new Map<string, Promise<RefOf<typeof room>>>();
const { port } = parseArgs(Deno.args, { string: ["port"], default: { port: "8000" } });
const onListen = ({ port }: Deno.NetAddr) => console.log(`Chat at http://127.0.0.1:${port}/`);

await using system = new ActorSystem();
const server = Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen }, (request) => {
  const { room: name, nick } = ADDRESS.exec(request.url)?.pathname.groups ?? {};
  if (!name || !nick || !request.headers.has("upgrade")) {
    return new Response(page, { headers: { "content-type": "text/html" } });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => join(socket, name, nick);
  return response;
});
Deno.addSignalListener("SIGINT", () => server.shutdown());
await server.finished;

async function join(socket: WebSocket, name: string, nick: string): Promise<void> {
  if (!rooms.has(name) && rooms.size === MAX_ROOMS) return socket.close(1013, "Too many rooms");
  const here = rooms.getOrInsertComputed(name, () => system.spawn(room));
  const lines = new Queue<string>({ capacity: 100 });
  const joined = here.then(({ ask }) => ask.join(nick, lines));
  socket.onmessage = async ({ data }) => {
    if (data.length > MAX_TEXT_LENGTH) {
      socket.close(1009, `More than ${MAX_TEXT_LENGTH} characters`);
    } else if (await joined) (await here).tell.say(nick, `${data}`);
  };
  socket.onclose = async () => {
    lines.close({ discard: true });
    if (await joined) (await here).tell.leave(nick);
  };
  if (!await joined) return socket.close(1008, `Somebody is called ${nick} already`);
  for await (const line of lines) {
    if (socket.bufferedAmount > MAX_BYTES_WAITING) break; // It does not keep up.
    socket.send(line);
  }
  socket.close();
}
