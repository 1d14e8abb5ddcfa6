// How much memory a process may take, and what becomes of one that takes more.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { actor, ActorExitedError } from "@troupe/troupe";
import {
  answers,
  idle,
  recordOf,
  takes,
} from "../../fixtures/actors/isolated.ts";
import { later, soon } from "../../channels/inside.ts";
import { runDeno } from "../../tools/child.ts";

const program = new URL("../../fixtures/actors/isolated.ts", import.meta.url);
const config = new URL("../../../deno.json", import.meta.url);
const limited = { isolation: "process", memory: 64 } as const;

for (const kind of ["arrays", "heap"] as const) {
  Deno.test(`a process that takes too much is ended: ${kind}`, async () => {
    const p = takes.spawn([kind, 2000], { ...limited, name: "greedy" });
    const exit = await soon(p.join());
    assertEquals([exit.reason, exit.code], ["outOfMemory", -9]);
    assert(exit.reason === "outOfMemory" && exit.details !== "");
    assertEquals(p.exitCode, -9);
    assertEquals(recordOf(p).process, 0);
    const error = await assertRejects(() => p.result(), ActorExitedError);
    assertMatch(error.message, /actor "greedy": it ran out of memory \(.+\)/s);
  });

  Deno.test(`a process below its limit is left alone: ${kind}`, async () => {
    assertEquals(await soon(takes.spawn([kind, 24], limited).result()), 24);
  });

  Deno.test(`a program whose actor takes too much says nothing and lives on: ${kind}`, async () => {
    const { code, stdout, stderr } = await runDeno([
      "run",
      "-A",
      "--no-prompt",
      "--no-check",
      `--config=${decodeURIComponent(config.pathname)}`,
      program.href,
      "takers",
      kind,
    ], { timeout: 20_000 });
    assertEquals(stderr, "");
    assertEquals(code, 0);
    const { exit, answer } = JSON.parse(stdout);
    assertEquals(exit.reason, "outOfMemory");
    assertEquals(answer, "fine");
  });
}

Deno.test("each process has a limit of its own", async () => {
  await using small = idle.spawn([], limited);
  await using free = answers.spawn([], { isolation: "process" });
  const greedy = [limited, limited].map((how) =>
    takes.spawn(["arrays", 2000], how)
  );
  const without = later(
    takes.spawn(["arrays", 150], { isolation: "process" }).result(),
  );
  for (const p of greedy) {
    assertEquals((await soon(p.join())).reason, "outOfMemory");
  }
  assertEquals(await soon(without), 150);
  assert(small.isAlive());
  assertEquals(await soon(free.ask.fine()), "fine");
});

Deno.test("an ask of an actor that takes too much rejects with that", async () => {
  const p = answers.spawn([], limited);
  const asked = p.ask.take(2000);
  const error = await assertRejects(() => soon(asked), ActorExitedError);
  assertEquals(error.exit.reason, "outOfMemory");
  assertEquals((await p.join()).reason, "outOfMemory");
});

Deno.test("only a process can have a limit", () => {
  const text = 'only an actor with isolation: "process" can have a limit';
  const thread = { isolation: "thread", memory: 64 } as const;
  assertThrows(() => idle.spawn([], { memory: 64 }), TypeError, text);
  assertThrows(() => idle.spawn([], thread), TypeError, text);
  const declare = (options: object) => () =>
    actor(import.meta, function late() {}, options);
  assertThrows(declare({ memory: 64 }), TypeError, text);
  assertThrows(declare(thread), TypeError, text);
});

Deno.test("a limit is a number, and not less than Troupe itself takes", () => {
  const spawn = (memory: unknown) => () =>
    idle.spawn([], { isolation: "process", memory: memory as number });
  assertThrows(spawn("64"), TypeError, "memory must be a number of MB");
  for (const wrong of [0, -1, 15, NaN, Infinity, 2 ** 31]) {
    assertThrows(spawn(wrong), RangeError, "memory must be 16 or more MB");
  }
});
