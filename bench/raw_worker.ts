// What a program without a library would write: one postMessage for each message.
let count = 0;
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown, transfer?: Transferable[]): void;
};

function serve(port: typeof scope): void {
  port.onmessage = ({ data, ports }) => {
    switch (data.kind) {
      case "put":
        count++;
        break;
      case "count":
        port.postMessage(count);
        break;
      case "echo":
        port.postMessage({ kind: "reply", id: data.id, message: data.message });
        break;
      case "bounce":
        port.postMessage(data.buffer, [data.buffer]);
        break;
      case "serve":
        serve(ports[0] as unknown as typeof scope);
        break;
      case "send":
        send(ports[0]!, data.messages).then(() => port.postMessage("sent"));
    }
  };
}

function send(port: MessagePort, messages: number): Promise<void> {
  return new Promise((resolve) => {
    port.onmessage = () => {
      port.close();
      resolve();
    };
    for (let id = 0; id < messages; id++) {
      port.postMessage({ kind: "put", message: { id, name: "message", v: [1, 2, 3] } });
    }
    port.postMessage({ kind: "count" });
  });
}

serve(scope);
