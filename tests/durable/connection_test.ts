import { assertEquals, assertThrows } from "@std/assert";
import * as sqlite from "node:sqlite";
import type { Durability } from "../../actors/mod.ts";
import { Connection } from "../../durable/sqlite/_connection.ts";
import { scratchFolder } from "../testing.ts";

const FULL = 2;
const NORMAL = 1;

Deno.test("Connection.transact() waits for the disk when it has to, and only then", async () => {
  await using folder = await scratchFolder();
  const connection = new Connection(sqlite, `${folder.path}/shop.db`, "shop.db");
  const synchronous = (durability: Durability) =>
    connection.transact(
      durability,
      () => Number(connection.prepare("PRAGMA synchronous").get()!.synchronous),
    );
  const order = ["disk", "disk", "process", "process", "disk", "process", "disk"] as const;
  for (const [at, durability] of order.entries()) {
    assertEquals(synchronous(durability), durability === "disk" ? FULL : NORMAL, `${at}`);
  }
  connection.close();
});

Deno.test("Connection.transact() undoes all when something throws", async () => {
  await using folder = await scratchFolder();
  const connection = new Connection(sqlite, `${folder.path}/shop.db`, "shop.db");
  const value = () => connection.prepare("SELECT count(*) AS n FROM troupe_meta").get()!.n;
  const before = value();
  assertThrows(
    () =>
      connection.transact("disk", () => {
        connection.prepare("INSERT INTO troupe_meta VALUES ('x', 1)").run();
        throw new Error("no");
      }),
    Error,
    "no",
  );
  assertEquals([value(), connection.isTransaction], [before, false]);
  connection.close();
});
