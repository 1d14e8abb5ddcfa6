import { assertEquals } from "@std/assert";
import { assertNoThreads, openFiles, settledTo, threadCount } from "./leaks.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "threadCount counts a Worker until its thread is gone",
  onLinux,
  async () => {
    // Those of the test files before this one may be on their way out.
    await assertNoThreads();
    const before = threadCount() ?? 0;
    const worker = new Worker("data:text/javascript,", { type: "module" });
    assertEquals(await settledTo(threadCount, before + 1), before + 1);
    worker.terminate();
    assertEquals(await settledTo(threadCount, before), before);
  },
);

Deno.test("openFiles counts a file until it is closed", onLinux, async () => {
  await assertNoThreads();
  const before = openFiles() ?? 0;
  const file = await Deno.open(new URL(import.meta.url));
  assertEquals(openFiles(), before + 1);
  file.close();
  assertEquals(await settledTo(openFiles, before), before);
});

Deno.test("settledTo gives the last value when the time is up", async () => {
  let reads = 0;
  const value = await settledTo(() => ++reads, -1, { timeout: 30 });
  assertEquals(value, reads);
});
