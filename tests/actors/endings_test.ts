import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorExitedError,
  type Exit,
  NotSendableError,
  pipe,
  PipeClosedError,
  Queue,
  RemoteError,
} from "@troupe/troupe";
import {
  closes,
  exits,
  exitsAfterPut,
  exitsLater,
  handlesOwnErrors,
  rejectsLater,
  returnsFunction,
  returnsQueue,
  sendsThenWaits,
  stealsLocks,
  throws,
  throwsInTimer,
  throwsRich,
  throwsText,
  throwsUnsendable,
} from "../fixtures/actors/endings.ts";

function remoteError(exit: Exit | undefined): RemoteError {
  assertEquals(exit?.reason, "threw");
  const { error } = exit as { error: Error };
  assertInstanceOf(error, RemoteError);
  return error;
}

Deno.test("an actor that throws: exit code 1, and the error with class, message and both stacks", async () => {
  const p = throws.spawn(["too far"], { name: "thrower" });
  const error = remoteError(await p.join());
  assertEquals(p.exitCode, 1);
  assertEquals(error.actor, "thrower");
  assertEquals(error.remoteName, "RangeError");
  assertEquals(error.message, 'Actor "thrower" threw RangeError: too far');
  assertInstanceOf(error.cause, RangeError);
  assertEquals(error.cause.message, "too far");
  // Where it was started, then where it was thrown.
  const [here, there] = error.stack!.split('--- in actor "thrower" ---');
  assertStringIncludes(here!, "endings_test.ts");
  assertStringIncludes(there!, "fixtures/actors/endings.ts");
  assertEquals(there!.includes("host.ts"), false);
});

Deno.test("an error keeps its class name, own fields, cause and AggregateError.errors", async () => {
  const error = remoteError(await throwsRich.spawn().join());
  assertEquals(error.remoteName, "OrderError");
  const original = error.cause as Error & { order: number; lines: string[] };
  assertInstanceOf(original, Error);
  assertEquals(original.name, "OrderError");
  assertEquals(original.order, 42);
  assertEquals(original.lines, ["a", "b"]);
  const both = original.cause as AggregateError;
  assertInstanceOf(both, AggregateError);
  assertInstanceOf(both.errors[0], TypeError);
  assertEquals(both.errors[0].message, "one");
  assertEquals(both.errors[1], "two");
});

Deno.test("an actor may throw what is no error, and errors that hold what cannot be sent", async () => {
  const text = remoteError(await throwsText.spawn().join());
  assertEquals(text.remoteName, "string");
  assertEquals(text.cause, "just a text");
  const odd = remoteError(await throwsUnsendable.spawn().join());
  assertEquals((odd.cause as Error).message, "odd");
  assertStringIncludes(
    String((odd.cause as Error & { callback: unknown }).callback),
    "function",
  );
});

Deno.test("an unhandled rejection and an error in a timer end the actor, and are told", async () => {
  const rejected = remoteError(await rejectsLater.spawn().join());
  assertEquals(rejected.remoteName, "TypeError");
  assertEquals((rejected.cause as Error).message, "nobody caught me");
  const timed = remoteError(await throwsInTimer.spawn().join());
  assertEquals(timed.remoteName, "SyntaxError");
});

Deno.test("an actor that handles its own uncaught errors lives on", async () => {
  assertEquals(await handlesOwnErrors.spawn().result(), ["handled here"]);
});

Deno.test("Deno.exit(n) ends the actor with code n, not the program (P12)", async () => {
  const cases: [number | undefined, number][] = [
    [7, 7],
    [0, 0],
    [undefined, 0],
    [255, 255],
  ];
  for (const [given, code] of cases) {
    const p = exits.spawn([given]);
    assertEquals(await p.join(), { reason: "exited", code });
    assertEquals(p.exitCode, code);
  }
  const later = exitsLater.spawn();
  assertEquals(await later.join(), { reason: "exited", code: 5 });
});

Deno.test("self.close() ends the actor with code 0", async () => {
  assertEquals(await closes.spawn().join(), { reason: "exited", code: 0 });
});

Deno.test("result() of an actor that exited rejects and names the code", async () => {
  const error = await assertRejects(
    () => exits.spawn([3], { name: "quitter" }).result(),
    ActorExitedError,
  );
  assertStringIncludes(error.message, '"quitter": it exited (code 3)');
});

Deno.test("a result that cannot be sent fails the actor, with the path", async () => {
  const exit = await returnsFunction.spawn().join();
  assertEquals(exit?.reason, "failed");
  assertEquals(exit?.code, 1);
  const { error } = exit as { error: Error };
  assertInstanceOf(error, NotSendableError);
  assertEquals(error.path, "$.nested[0]");
});

Deno.test("a result may hold queues", async () => {
  const { queue } = await returnsQueue.spawn().result();
  assertInstanceOf(queue, Queue);
  assertEquals(await queue.get(), "from inside");
});

Deno.test("what an actor put just before its end is never lost, in a hundred ends", async () => {
  for (let round = 0; round < 20; round++) {
    const runs = Array.from({ length: 5 }, () => {
      const queue = new Queue<number>();
      return { queue, p: exitsAfterPut.spawn([queue, 50]) };
    });
    for (const { queue, p } of runs) {
      assertEquals(await p.join(), { reason: "exited", code: 3 });
      let count = 0;
      for await (const n of queue) assertEquals(n, count++);
      assertEquals(count, 50);
    }
  }
});

Deno.test("a value returned at the end is never lost, in a hundred ends", async () => {
  for (let round = 0; round < 20; round++) {
    const all = Array.from({ length: 5 }, () => returnsQueue.spawn());
    for (const p of all) {
      assertEquals((await p.result()).queue.size, 1);
    }
  }
});

Deno.test("a pipe whose peer was terminated gives what was sent, then the end of file (C22)", async () => {
  const [here, there] = pipe<string>();
  const p = sendsThenWaits.spawn([there]);
  assertEquals(await here.poll(), true);
  p.terminate();
  assertEquals(await here.recv(), "hello");
  const error = await assertRejects(() => here.recv(), PipeClosedError);
  assertEquals(error.closedBy, "peer");
  await p.join();
});

Deno.test("an actor neither sees nor gets the locks of Troupe", async () => {
  assertEquals(await stealsLocks.spawn().result(), {
    seen: 0,
    refusal: "NotSupportedError",
  });
});

Deno.test("no way of ending writes to stderr or ends the program", async () => {
  const program = new URL("../fixtures/actors/quiet.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", ...configArgs(), program.href],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  assertEquals(text.decode(stdout).trim(), "still here");
  assert(code === 0);
});

/** A child program resolves bare names as this one does. */
function configArgs(): string[] {
  return ["--config", new URL("../../deno.json", import.meta.url).pathname];
}
