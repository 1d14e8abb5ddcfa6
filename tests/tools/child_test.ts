import { assert, assertEquals, assertFalse } from "@std/assert";
import { plain, runDeno } from "./child.ts";

Deno.test("runDeno collects what the child writes and its exit code", async () => {
  const ended = await runDeno(
    ["eval", "console.log('out'); console.error('err'); Deno.exit(3)"],
    { timeout: 30_000 },
  );
  assertEquals(ended, {
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
    timedOut: false,
  });
});

Deno.test("runDeno kills a child that does not end in its time", async () => {
  const start = performance.now();
  const ended = await runDeno(["eval", "for (;;);"], { timeout: 500 });
  assert(ended.timedOut);
  assertFalse(ended.code === 0);
  assert(performance.now() - start < 10_000);
});

Deno.test("runDeno does not wait for a grandchild that holds the pipes", async () => {
  const code = `new Deno.Command(Deno.execPath(), {
    args: ["eval", "setTimeout(() => {}, 8000)"],
    stdin: "null", stdout: "inherit", stderr: "inherit",
  }).spawn().unref(); console.log("gone"); Deno.exit(0);`;
  const start = performance.now();
  const ended = await runDeno(["eval", code], { timeout: 30_000 });
  assertEquals(ended.stdout, "gone\n");
  assert(performance.now() - start < 7000);
});

Deno.test("plain removes colours", () => {
  assertEquals(plain("\x1b[1m\x1b[31mred\x1b[0m"), "red");
});
