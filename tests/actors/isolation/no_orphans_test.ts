// A process of an actor never outlives its program, however that ends.
import { assertEquals } from "@std/assert";
import { soon } from "../../channels/inside.ts";
import { settledTo } from "../../leaks.ts";

const linux = { ignore: Deno.build.os !== "linux" };
const program = new URL("../../fixtures/actors/isolated.ts", import.meta.url);
const config = new URL("../../../deno.json", import.meta.url);

/** How long it may take until they are gone, in ms. */
const SOON = 1000;

/** A program that has actors in processes: one computes, one has one itself. */
interface Family extends AsyncDisposable {
  readonly program: Deno.ChildProcess;
  /** The ids of its processes. */
  readonly pids: readonly number[];
  /** The next line that it prints. */
  line(): Promise<string>;
}

/** Starts one, in a group of its own as a shell does it. */
async function family(...args: string[]): Promise<Family> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-prompt",
      "--no-check",
      `--config=${decodeURIComponent(config.pathname)}`,
      program.href,
      "family",
      ...args,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  const text = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const line = async () => {
    for (;;) {
      const end = rest.indexOf("\n");
      if (end >= 0) {
        const found = rest.slice(0, end);
        rest = rest.slice(end + 1);
        return found;
      }
      const { done, value } = await soon(text.read());
      if (done) throw new Error(`The program ended, after "${rest}"`);
      rest += value;
    }
  };
  const end = async () => {
    kill(child.pid, "SIGKILL");
    await child.status;
    await text.cancel();
  };
  try {
    const pids: number[] = JSON.parse(await line());
    return { program: child, pids, line, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** Those of the processes that live; one that nobody has fetched does not. */
function living(pids: readonly number[]): string {
  return pids.filter((pid) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      return !/\) [ZX] /.test(stat);
    } catch {
      return false;
    }
  }).join(" ");
}

async function assertAllGone(pids: readonly number[]): Promise<void> {
  const left = await settledTo(() => living(pids), "", { timeout: SOON });
  for (const pid of pids) kill(pid, "SIGKILL"); // not into the next test
  assertEquals(left, "");
}

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  Deno.test(
    `a program that ${signal} ends leaves no process of an actor`,
    linux,
    async () => {
      await using one = await family();
      assertEquals(one.pids.length, 5);
      assertEquals(living(one.pids), one.pids.join(" "));
      one.program.kill(signal);
      assertEquals((await soon(one.program.status)).signal, signal);
      await assertAllGone(one.pids);
    },
  );
}

Deno.test(
  "SIGINT to the whole group is for the program alone to act on",
  linux,
  async () => {
    await using one = await family("listens");
    for (let n = 0; n < 3; n++) {
      Deno.kill(-one.program.pid, "SIGINT");
      // The program has heard it, and so has the actor, which answers.
      assertEquals(await one.line(), "fine");
      assertEquals(living(one.pids), one.pids.join(" "));
    }
    one.program.kill("SIGKILL");
    await assertAllGone(one.pids);
  },
);

Deno.test(
  "a process that is stopped cannot hold up the end of its program",
  linux,
  async () => {
    await using one = await family();
    for (const pid of one.pids) Deno.kill(pid, "SIGSTOP");
    one.program.kill("SIGKILL");
    await soon(one.program.status);
    for (const pid of one.pids) Deno.kill(pid, "SIGCONT");
    await assertAllGone(one.pids);
  },
);

Deno.test(
  "a process ends whose process it was started by is killed",
  linux,
  async () => {
    await using one = await family();
    const [outer, , inner] = one.pids.slice(2) as [number, number, number];
    kill(outer, "SIGKILL");
    await assertAllGone([outer, inner]);
    assertEquals(living(one.pids.slice(0, 2)), one.pids.slice(0, 2).join(" "));
  },
);
