import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../../examples/search/errors.ts";
import { nameOf, openFolders } from "../../../examples/search/folders.ts";
import { scratchFolder } from "../../testing.ts";
import { runCommand, writeFiles } from "./files.ts";

Deno.test("openFolders() resolves to real paths, labelled as given", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { "real/file": "" });
  await runCommand("ln", "-s", "real", `${folder.path}/link`);
  const label = `${folder.path}/link`;
  const path = await Deno.realPath(`${folder.path}/real`);
  assertEquals(await openFolders([label]), [{ path, label }]);
});

Deno.test("openFolders() says why a folder cannot be indexed", async () => {
  await using folder = await scratchFolder();
  await writeFiles(folder.path, { file: "" });
  const gone = `${folder.path}/gone`;
  const message = `Cannot index "${gone}": it does not exist`;
  await assertRejects(() => openFolders([folder.path, gone]), UsageError, message);
  await assertRejects(() => openFolders([`${folder.path}/file`]), UsageError, "it is not a folder");
});

Deno.test("nameOf() shows a file under its folder as typed", () => {
  const folders = [
    { path: "/home/me/project", label: "" },
    { path: "/home/me/proj", label: "./proj/" },
    { path: "/", label: "/" },
  ];
  assertEquals(nameOf("/home/me/project/src/a.ts", folders), "src/a.ts");
  assertEquals(nameOf("/home/me/proj/src/a.ts", folders), "proj/src/a.ts");
  assertEquals(nameOf("/etc/hosts", folders), "/etc/hosts");
  assertEquals(nameOf("/etc/hosts", folders.slice(0, 2)), "/etc/hosts");
});
