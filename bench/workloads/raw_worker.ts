// What a program without a library would write.
import { postAll } from "./raw_messages.ts";

let count = 0;
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown, transfer?: Transferable[]): void;
};

function serve(port: typeof scope): void {
  port.onmessage = ({ data, ports }) => {
    if (typeof data === "string") return void (count += JSON.parse(data).length);
    switch (data.kind) {
      case "put":
        count++;
        break;
      case "take":
        port.postMessage(count);
        count = 0;
        break;
      case "echo":
        port.postMessage({ kind: "reply", id: data.id, message: data.message });
        break;
      case "bounce":
        port.postMessage(data.buffer, [data.buffer]);
        break;
      case "size":
        port.postMessage(data.buffer.byteLength);
        break;
      case "serve":
        serve(ports[0] as unknown as typeof scope);
        break;
      case "send":
        postAll((message) => port.postMessage(message), data.messages, data.batch);
        port.postMessage("sent");
        break;
      case "pass":
        pass(ports[0]!, data.messages, data.batch).then((taken) => port.postMessage(taken));
    }
  };
}

/** Sends messages to another worker; resolves to how many that one has counted. */
function pass(port: MessagePort, messages: number, batch: number): Promise<number> {
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => {
      port.close();
      resolve(data);
    };
    postAll((message) => port.postMessage(message), messages, batch);
    port.postMessage({ kind: "take" });
  });
}

serve(scope);
