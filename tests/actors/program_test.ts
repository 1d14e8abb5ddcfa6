import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "../fixtures/program.ts";

Deno.test("a program ends by itself though a terminated actor computes for ever", async () => {
  const { code, stdout, ms } = await runProgram(`
    import { actor, Queue } from "@troupe/troupe";
    export const spins = actor(import.meta, function spins(up: Queue<0>) {
      up.tryPut(0);
      for (;;);
    });
    if (import.meta.main) {
      const up = new Queue<0>();
      const p = spins.spawn([up]);
      await up.get();
      p.terminate();
      console.log(JSON.stringify(await p.join()), p.isAlive());
    }
  `);
  assertEquals(
    stdout,
    '{"reason":"terminated","code":-15,"threadStopped":false} true',
  );
  assertEquals(code, 0);
  assert(ms < 10_000);
});

Deno.test("a program waits for its actors, but not for daemons", async () => {
  const program = (daemon: boolean) => `
    import { actor } from "@troupe/troupe";
    export const late = actor(import.meta, async function late() {
      await new Promise((resolve) => setTimeout(resolve, 500));
      console.log("late");
    });
    if (import.meta.main) late.spawn([], { daemon: ${daemon} });
  `;
  assertEquals((await runProgram(program(false))).stdout, "late");
  assertEquals((await runProgram(program(true))).stdout, "");
});

Deno.test("a daemon that is up, and has said so, does not keep the program alive either", async () => {
  const { stdout, code } = await runProgram(`
    import { actor, Queue } from "@troupe/troupe";
    export const idle = actor(import.meta, async function idle(up: Queue<0>) {
      await up.put(0);
      await new Promise((resolve) => setTimeout(resolve, 1_000_000));
    });
    if (import.meta.main) {
      const up = new Queue<0>();
      idle.spawn([up], { daemon: true });
      console.log(await up.get());
    }
  `);
  assertEquals([stdout, code], ["0", 0]);
});

Deno.test("join() of a daemon keeps the program alive until it ended", async () => {
  const { stdout } = await runProgram(`
    import { actor } from "@troupe/troupe";
    export const late = actor(import.meta, async function late() {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return "late";
    });
    if (import.meta.main) {
      console.log(await late.spawn([], { daemon: true }).result());
    }
  `);
  assertEquals(stdout, "late");
});

Deno.test("a call that waits in a channel keeps the program alive; a settled one does not", async () => {
  const { stdout, code, ms } = await runProgram(`
    import { Queue } from "@troupe/troupe";
    const queue = new Queue<string>();
    setTimeout(() => queue.put("came"), 200);
    console.log(await queue.get());
    await queue.get({ timeout: 10 }).catch((e) => console.log(e.name));
    await queue.get({ signal: AbortSignal.timeout(10) })
      .catch((e) => console.log(e.name));
  `);
  assertEquals(stdout.split("\n"), ["came", "TimeoutError", "TimeoutError"]);
  assertEquals(code, 0);
  assert(ms < 10_000);
});

Deno.test("what an actor writes before its end comes out, also when it throws (P32)", async () => {
  const { stdout, stderr } = await runProgram(`
    import { actor } from "@troupe/troupe";
    export const writes = actor(import.meta, function writes(fail: boolean) {
      console.log("out", fail);
      console.error("err", fail);
      if (fail) throw new Error("and out");
    });
    if (import.meta.main) {
      await writes.spawn([false]).join();
      await writes.spawn([true]).join();
    }
  `);
  assertEquals(stdout, "out false\nout true");
  assertEquals(stderr, "err false\nerr true");
});

Deno.test('"inherit" needs no unstable option; anything else does, and Deno says so', async () => {
  const program = (permissions: string) => `
    import { actor } from "@troupe/troupe";
    export const home = actor(import.meta, function home() {
      return Deno.env.has("HOME");
    }, { permissions: "${permissions}" });
    if (import.meta.main) console.log(await home.spawn().result());
  `;
  const flags = ["-A", "--no-config"];
  const inherit = await runProgram(program("inherit"), flags);
  assertEquals(inherit.stdout, "true");
  const none = await runProgram(program("none"), flags);
  assertEquals(none.code, 70);
  assertStringIncludes(none.stderr, "--unstable-worker-options");
});

Deno.test("Deno's terminate() does not stop a busy worker: when this fails, Deno was mended", async () => {
  const { stdout } = await runProgram(`
    const spin = "postMessage(0); for (;;);";
    const worker = new Worker("data:text/javascript," + spin, {
      type: "module",
    });
    await new Promise((resolve) => worker.onmessage = resolve);
    const workers = () =>
      [...Deno.readDirSync("/proc/self/task")].filter(({ name }) =>
        Deno.readTextFileSync("/proc/self/task/" + name + "/comm")
          .startsWith("worker-")
      ).length;
    worker.terminate();
    if (Deno.build.os === "linux") {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      console.log(workers());
    } else console.log(1);
    Deno.exit(0);
  `);
  assertEquals(stdout, "1");
});

Deno.test("a Deno that is too old is refused at load, by name", async () => {
  const library = import.meta.resolve("@troupe/troupe");
  const { stdout } = await runProgram(`
    Object.defineProperty(Deno, "version", { value: { deno: "2.8.3" } });
    await import(${JSON.stringify(library)})
      .catch((error) => console.log(error.name + ": " + error.message));
  `);
  assertEquals(
    stdout,
    "UnsupportedRuntimeError: Cannot load Troupe: it needs Deno 2.9 or later, " +
      "and this is Deno 2.8.3",
  );
});
