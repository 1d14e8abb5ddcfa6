// A supervisor that ends its program on signals: in programs of their own, with
// real signals. Windows knows none of these between processes.
import {
  assertEquals,
  assertGreater,
  assertLess,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Supervisor } from "../../../mod.ts";
import { runSignalled, type Step } from "../../fixtures/signalled.ts";

const ignore = Deno.build.os === "windows";

const ACTORS = `
  import { actor, Supervisor } from "@troupe/troupe";
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  export const clerk = actor(import.meta, class Clerk {
    #name: string;
    #takes: number;
    constructor(name: string, takes = 0) {
      this.#name = name;
      this.#takes = takes;
    }
    note() {}
    async hold() {
      console.log(this.#name + " holds");
      await new Promise(() => {});
    }
    spin() {
      console.log(this.#name + " spins");
      for (;;);
    }
    async onStop({ reason }: { reason: string }) {
      console.log(this.#name, reason);
      await pass(this.#takes);
    }
  });
`;

/** A program with a supervisor of three children. */
function shop(more: string): string {
  return `${ACTORS}
    if (import.meta.main) {
      const sup = new Supervisor({ name: "shop" });
      for (const id of ["a", "b", "c"]) await sup.spawn(clerk, [id], { id });
      ${more}
      console.log("ready");
    }
  `;
}

const codes: [Deno.Signal, number][] = [["SIGINT", 130], ["SIGTERM", 143]];
for (const [signal, code] of codes) {
  Deno.test({
    name:
      `the first ${signal} stops the children in reverse start order, and the program exits with code ${code}`,
    ignore,
    async fn() {
      const ran = await runSignalled(shop(`sup.handleSignals();`), [
        ["ready", signal],
      ]);
      assertEquals(ran.stdout.split("\n"), [
        ...["ready", "c shutdown", "b shutdown", "a shutdown"],
      ]);
      assertEquals(
        ran.stderr,
        `${signal}: supervisor "shop" stops its children; once more ends the ` +
          "program at once",
      );
      assertEquals([ran.code, ran.signal], [code, null]);
      assertLess(ran.ms, 3000);
    },
  });
}

Deno.test({
  name:
    "the deadline cuts those that are busy or slow, and stderr says which, and how many messages they left",
  ignore,
  async fn() {
    const source = `${ACTORS}
      if (import.meta.main) {
        const sup = new Supervisor({ name: "shop" });
        const inner = new Supervisor({ name: "inner" });
        await sup.supervise(inner);
        const first = await inner.spawn(clerk, ["first"], { id: "first" });
        const busy = await sup.spawn(clerk, ["busy"], { id: "busy" });
        const held = await sup.spawn(clerk, ["held"], { id: "held" });
        await sup.spawn(clerk, ["slow", 60_000], {
          id: "slow",
          shutdown: Infinity,
        });
        await sup.spawn(clerk, ["last"], { id: "last" });
        await first.tell.spin();
        await busy.tell.spin();
        await busy.tell.note();
        await busy.tell.note();
        await held.tell.hold();
        await pass(500);
        sup.handleSignals({ deadline: 300 });
        console.log("ready");
      }
    `;
    const ran = await runSignalled(source, [["ready", "SIGTERM"]]);
    const told = ran.stdout.split("ready\n")[1]!.split("\n");
    // Before the deadline the last has ended and the slow one had begun.
    assertEquals(told, ["last shutdown", "slow shutdown"]);
    assertEquals(ran.stderr.split("\n").slice(1), [
      "cut: slow was terminated before it had ended",
      "cut: held was terminated before it had ended",
      "cut: 1 message for held was not handled",
      "cut: busy was terminated before it had ended",
      "cut: 3 messages for busy were not handled",
      "cut: inner/first was terminated before it had ended",
      "cut: 1 message for inner/first was not handled",
    ]);
    assertEquals(ran.code, 143);
    assertGreater(ran.ms, 300);
    // What computes is given up after 1.5 s, all such together.
    assertLess(ran.ms, 300 + 1500 + 1500);
  },
});

Deno.test({
  name: "the second signal ends the program at once",
  ignore,
  async fn() {
    const source = `${ACTORS}
      if (import.meta.main) {
        const sup = new Supervisor();
        const id = "slow";
        await sup.spawn(clerk, [id, 60_000], { id, shutdown: Infinity });
        sup.handleSignals({ deadline: Infinity });
        console.log("ready");
      }
    `;
    const steps = (second: Deno.Signal): Step[] => [
      ["ready", "SIGINT"],
      ["slow shutdown", second],
    ];
    const twice = await runSignalled(source, steps("SIGINT"));
    assertEquals([twice.code, twice.signal], [130, null]);
    assertLess(twice.ms, 3000);
    // Of whichever kind: the code is that of the last.
    const other = await runSignalled(source, steps("SIGTERM"));
    assertEquals([other.code, other.signal], [143, null]);
  },
});

Deno.test({
  name:
    "nothing is installed unless it is asked for, and what was is taken back when it is disposed of",
  ignore,
  async fn() {
    for (const more of ["", "sup.handleSignals()[Symbol.dispose]();"]) {
      const ran = await runSignalled(shop(more), [["ready", "SIGINT"]]);
      assertEquals(ran.signal, "SIGINT");
      assertEquals([ran.stdout, ran.stderr], ["ready", ""]);
    }
  },
});

Deno.test({
  name: "other signals are handled by option, each once, and only those",
  ignore,
  async fn() {
    const more = `sup.handleSignals({ signals: ["SIGHUP", "SIGHUP"] });`;
    const hung = await runSignalled(shop(more), [["ready", "SIGHUP"]]);
    assertEquals([hung.code, hung.signal], [129, null]);
    assertStringIncludes(hung.stderr, 'SIGHUP: supervisor "shop"');
    assertStringIncludes(hung.stdout, "a shutdown");
    const other = await runSignalled(shop(more), [["ready", "SIGINT"]]);
    assertEquals(other.signal, "SIGINT");
  },
});

Deno.test({
  name:
    "two supervisors that handle a signal both stop their children before the program exits",
  ignore,
  async fn() {
    const more = `
      sup.handleSignals();
      const other = new Supervisor({ name: "other" });
      await other.spawn(clerk, ["slow", 300], { id: "slow" });
      await other.spawn(clerk, ["quick"], { id: "quick" });
      other.handleSignals();
    `;
    const ran = await runSignalled(shop(more), [["ready", "SIGINT"]]);
    assertEquals(ran.code, 130);
    assertEquals(ran.stdout.split("\n").sort(), [
      ...["a shutdown", "b shutdown", "c shutdown", "quick shutdown"],
      ...["ready", "slow shutdown"],
    ]);
    assertEquals(ran.stderr.includes("cut:"), false);
  },
});

Deno.test("handleSignals() refuses signals that end no program, and deadlines that are none", async () => {
  await using sup = new Supervisor();
  const error = assertThrows(
    () => sup.handleSignals({ signals: ["SIGCHLD"] }),
    TypeError,
  );
  assertEquals(
    (error as Error).message,
    "Cannot handle signals: SIGCHLD is none that ends programs. Take SIGHUP, " +
      "SIGINT, SIGQUIT, SIGBREAK, SIGTERM",
  );
  assertThrows(() => sup.handleSignals({ deadline: -1 }), RangeError);
  assertThrows(() => sup.handleSignals({ deadline: NaN }), RangeError);
});
