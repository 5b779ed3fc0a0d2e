import { assertEquals, assertThrows } from "@std/assert";
import { QueryError } from "../../../examples/search/errors.ts";
import {
  MAX_QUERY_LENGTH,
  MAX_QUERY_TERMS,
  parseLimit,
  parseQuery,
} from "../../../examples/search/query.ts";

Deno.test("parseQuery() gives each word once", () => {
  assertEquals(parseQuery("Actor, actor system!"), ["actor", "system"]);
});

Deno.test("parseQuery() refuses a query without words", () => {
  for (const text of ["", "  ", "?!"]) {
    assertThrows(() => parseQuery(text), QueryError, "the query holds no word");
  }
});

Deno.test("parseQuery() refuses a query that is too long", () => {
  const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(" ");
  assertEquals(parseQuery(words(MAX_QUERY_TERMS)).length, MAX_QUERY_TERMS);
  assertThrows(() => parseQuery(words(MAX_QUERY_TERMS + 1)), QueryError, "17 words");
  assertEquals(parseQuery("x".repeat(MAX_QUERY_LENGTH)).length, 1);
  assertThrows(() => parseQuery("x".repeat(MAX_QUERY_LENGTH + 1)), QueryError, "257 characters");
});

Deno.test("parseLimit() takes whole numbers from 1 to 100", () => {
  assertEquals([parseLimit(null), parseLimit("1"), parseLimit("100")], [10, 1, 100]);
  for (const text of ["", "0", "101", "-1", "1.5", "ten", "1e1"]) {
    assertThrows(() => parseLimit(text), QueryError, `received "${text}"`);
  }
});
