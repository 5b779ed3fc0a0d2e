import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";

/** What is to be written: an id, a key and a value. */
type Write = readonly [id: number, key: string, value: string];

/** This thread, as far as it is used here. */
interface Scope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}

const scope = self as unknown as Scope;

/**
 * A store written by hand: what comes within one round of the event loop is one transaction, or each is one by itself.
 * The first message gives the file, how safe a commit is, and whether to group.
 */
scope.onmessage = ({ data: [file, synchronous, isGrouped] }) => {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA busy_timeout = 1000");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  database.exec(
    "CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  );
  const put = database.prepare("INSERT OR REPLACE INTO state VALUES (?, ?)");
  let waiting: Write[] = [];
  const commit = () => {
    const group = waiting;
    waiting = [];
    database.exec("BEGIN");
    for (const [, key, value] of group) put.run(key, value);
    database.exec("COMMIT");
    for (const [id] of group) scope.postMessage(id);
  };
  scope.onmessage = ({ data }) => {
    waiting.push(data);
    if (!isGrouped) commit();
    else if (waiting.length === 1) setImmediate(commit);
  };
  scope.postMessage("ready");
};
