// The registry: one for all threads, in which actors are found by name.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type ActorRef,
  type ChildRef,
  type ClassProcess,
  EXIT,
  NameTakenError,
  Process,
  ProcessStateError,
  Queue,
  registry,
  RemoteError,
  Supervisor,
} from "../../mod.ts";
import {
  asks,
  calls,
  meddles,
  operator,
  phone,
  radio,
  registers,
} from "../fixtures/actors/acquainted.ts";
import { add, waits } from "../fixtures/actors/endings.ts";
import { soon } from "../channels/inside.ts";
import { assertNoThreads } from "../leaks.ts";
import { runProgram } from "../fixtures/program.ts";
import { threadTest } from "../mode.ts";

type Phone = typeof phone extends { current(): ClassProcess<infer I> } ? I
  : never;

Deno.test("what the program registers is found in any actor, by its type", async () => {
  await using p = phone.spawn();
  await registry.register("home", p);
  const found = await registry.lookup(phone, "home");
  assertType<
    IsExact<typeof found, ClassProcess<Phone> | ChildRef<Phone> | undefined>
  >(true);
  assert(found === p);
  assertEquals(await found!.ask.ring(), 1);
  assertEquals(await calls.spawn(["home"]).result(), 2);
  assertEquals(await calls.spawn(["nowhere"]).result(), undefined);
  // @ts-expect-error: it has no such method
  const wrong = () => found.ask.play();
  assertEquals(typeof wrong, "function");
});

Deno.test("an actor without rights registers itself, and is found everywhere", async () => {
  await using p = phone.spawn(["desk"]);
  await p.ready();
  const found = await registry.lookup(phone, "desk");
  assert(found === p, "a process is one object in a thread");
  await using other = phone.spawn(["bench"]);
  assertEquals(await other.ask.call("desk"), 1);
  assertEquals(await p.ask.call("bench"), 1);
  assertEquals(await registry.names(), ["desk", "bench"]);
});

Deno.test("an actor registers and is found that was started by another one, or runs a function", async () => {
  await using p = waits.spawn();
  await registers.spawn(["waiter", p]).result();
  const found = await registry.lookup(waits, "waiter");
  assertType<IsExact<typeof found, Process<void> | undefined>>(true);
  assert(found === p);
});

Deno.test("a taken name is refused with a NameTakenError that names the holder (O5)", async () => {
  await using p = phone.spawn([], { name: "first" });
  await registry.register("home", p);
  await using other = phone.spawn([]);
  const error = await assertRejects(
    () => registry.register("home", other),
    NameTakenError,
    'Cannot register "home": process "first" has this name',
  );
  assertEquals(error.registeredName, "home");
  assert(error.holder === p);
  const remote = await assertRejects(
    () => registers.spawn(["home", other]).result(),
    RemoteError,
  );
  assertInstanceOf(remote.cause, NameTakenError);
  assert(await registry.whereis("home") === p);
});

Deno.test("one that fails to start since its name is taken has failed to start", async () => {
  await using p = phone.spawn(["home"]);
  await p.ready();
  const error = await assertRejects(
    () => phone.spawn(["home"]).ready(),
    RemoteError,
  );
  assertInstanceOf(error.cause, NameTakenError);
});

Deno.test("to register again changes nothing, and a process may have several names", async () => {
  await using p = phone.spawn(["one"]);
  await p.ready();
  await registry.register("one", p);
  await registers.spawn(["one", p]).result();
  await registry.register("two", p);
  assertEquals(await registry.names(), ["one", "two"]);
  assertEquals(await registry.unregister("one"), true);
  assertEquals(await registry.unregister("one"), false);
  assertEquals(await registry.whereis("one"), undefined);
  assertEquals(await registry.names(), ["two"]);
});

Deno.test("a name is free at the moment its process is terminated, has returned or has thrown", async () => {
  for (let round = 0; round < 5; round++) {
    const p = waits.spawn();
    await registry.register("seat", p);
    p.terminate();
    assertEquals(await registry.whereis("seat"), undefined);
    assertEquals(await registry.names(), []);
    await p.join();
  }
  const broken = phone.spawn(["seat"]);
  await broken.ready();
  await broken.tell.break();
  await broken.join();
  assertEquals(await registry.lookup(phone, "seat"), undefined);
  await using next = phone.spawn(["seat"]);
  await next.ready();
  assert(await registry.whereis("seat") === next);
  await next.stop();
  assertEquals(await registry.whereis("seat"), undefined);
});

Deno.test("one of another actor under that name is an error that says so", async () => {
  await using p = phone.spawn([], { name: "kitchen" });
  await registry.register("noise", p);
  const error = await assertRejects(
    () => registry.lookup(radio, "noise"),
    TypeError,
  );
  assertStringIncludes(
    error.message,
    'Cannot look up "noise" as actor "Radio" of ' + radio.module,
  );
  assertStringIncludes(error.message, 'process "kitchen", which has this name');
  assertStringIncludes(error.message, 'is one of actor "Phone"');
  await assertRejects(() => registry.lookup(waits, "noise"), TypeError);
});

Deno.test("what was not started, has ended or is no process is not registered", async () => {
  const { register } = registry;
  const unborn = new Process(phone);
  await assertRejects(() => register("x", unborn), ProcessStateError);
  const ended = add.spawn([1, 2]);
  await ended.join();
  const error = await assertRejects(
    () => register("x", ended),
    ProcessStateError,
    `Cannot register "x": process "${ended.name}" has ended`,
  );
  assertEquals([error.process, error.state], [ended.name, "ended"]);
  for (const wrong of [undefined, null, {}, new Queue(), () => {}]) {
    await assertRejects(() => register("x", wrong as never), TypeError);
  }
  await using p = waits.spawn();
  for (const wrong of ["", 1, undefined, null]) {
    const name = wrong as string;
    await assertRejects(() => register(name, p), TypeError);
    await assertRejects(() => registry.whereis(name), TypeError);
    await assertRejects(() => registry.unregister(name), TypeError);
  }
  await assertRejects(() => registry.lookup(phone, ""), TypeError);
  await assertRejects(
    () => registry.lookup({} as typeof phone, "x"),
    TypeError,
  );
  await assertRejects(() => registry.names({ timeout: -1 }), RangeError);
  assertEquals(await registry.names(), []);
});

Deno.test("a supervisor's child keeps its name through its restarts, and loses it at its end", async () => {
  await using sup = new Supervisor({ maxRestarts: 5 });
  const child = await sup.spawn(phone, [], { id: "line" });
  await registry.register("hotline", child);
  await registers.spawn(["hotline", child]).result();
  const found = await registry.lookup(phone, "hotline");
  assertEquals([found!.kind, found!.name], ["child", child.name]);
  assertEquals(await calls.spawn(["hotline"]).result(), 1);
  const first = child.process;
  await first.tell.break();
  await first.join();
  // Down or up again: the name is its own.
  assertEquals(await registry.names(), ["hotline"]);
  await using other = phone.spawn();
  const error = await assertRejects(
    () => registry.register("hotline", other),
    NameTakenError,
  );
  assertEquals(error.holder.kind, "child");
  assertEquals(await other.ask.call("hotline"), 1);
  await assertRejects(() => registry.lookup(radio, "hotline"), TypeError);
  await sup.terminate("line");
  assertEquals(await registry.lookup(phone, "hotline"), undefined);
  await registry.register("hotline", other);
});

// An actor in a process of its own cannot give its children a name.
threadTest(
  "a child loses its name with the thread of its supervisor, however that ends",
  async () => {
    const passed = new Queue<ActorRef<Phone>>();
    const boss = operator.spawn([passed]);
    const child = await passed.get({ until: boss });
    assert(child !== EXIT);
    await registry.register("hotline", child);
    assertEquals(await calls.spawn(["hotline"]).result(), 1);
    boss.terminate();
    assertEquals(await registry.whereis("hotline"), undefined);
    await boss.join();
  },
);

Deno.test("the registry answers while the program blocks in a channel", async () => {
  await using p = phone.spawn();
  const answers = new Queue<number | undefined>();
  await using registrar = registers.spawn(["home", p]);
  await using caller = calls.spawn(["nowhere", answers]);
  assertEquals(answers.getSync({ timeout: 10_000 }), undefined);
  await registrar.join();
  await caller.join();
  await using again = calls.spawn(["home", answers]);
  assertEquals(answers.getSync({ timeout: 10_000 }), 1);
  await again.join();
});

Deno.test("while the program computes the registry is late: a call ends by its time-out, and the next is answered", async () => {
  const up = new Queue<string>();
  const go = new Queue<0>();
  const p = asks.spawn([up, go, 30]);
  assertEquals(await soon(up.get()), "up");
  // From here on this thread is not back at its event loop.
  go.tryPut(0);
  let said: unknown;
  const end = performance.now() + 10_000;
  while (said === undefined && performance.now() < end) {
    const got = up.tryGet();
    if (got.state === "ok") said = got.value;
  }
  assertEquals(said, "TimeoutError");
  assertEquals(await soon(up.get()), "answered");
  await p.result();
});

Deno.test("a call is ended by its signal, with that one's reason", async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() => registry.names({ signal }));
  assert(error === reason);
});

Deno.test("actors killed in the middle of a call leave the registry whole", async () => {
  await using p = waits.spawn();
  for (let round = 0; round < 5; round++) {
    const up = new Queue<0>();
    const all = ["a", "b", "c"].map((own) =>
      meddles.spawn([own, "shared", p, up])
    );
    for (const _ of all) await soon(up.get());
    await new Promise((resolve) => setTimeout(resolve, round));
    for (const one of all) one.terminate();
    await using quick = phone.spawn([`after ${round}`]);
    await quick.ready({ timeout: 10_000 });
    assert(await registry.whereis(`after ${round}`) === quick);
    for (const one of all) await one.join();
    await registry.unregister("shared");
    for (const own of "abc") await registry.unregister(own);
    assertEquals(await registry.names(), [`after ${round}`]);
  }
});

Deno.test("two that want one name: one has it, the other is told who", async () => {
  await using a = phone.spawn();
  await using b = phone.spawn();
  for (let round = 0; round < 3; round++) {
    const both = await Promise.allSettled([
      registers.spawn(["throne", a]).result(),
      registers.spawn(["throne", b]).result(),
    ]);
    assertEquals(both.map(({ status }) => status).sort(), [
      "fulfilled",
      "rejected",
    ]);
    const winner = both[0]!.status === "fulfilled" ? a : b;
    assert(await registry.whereis("throne") === winner);
    await registry.unregister("throne");
  }
});

Deno.test("a program that uses the registry ends by itself", async () => {
  const { code, stdout, stderr, ms } = await runProgram(
    `
    import { actor, registry } from "@troupe/troupe";
    export const named = actor(import.meta, class Named {
      async onStart() {
        await registry.register("it", named.current());
      }
      hi() {
        return "hi";
      }
    });
    if (import.meta.main) {
      const p = named.spawn([], { daemon: true });
      await p.ask.hi();
      console.log(await (await registry.lookup(named, "it")).ask.hi());
      console.log(await registry.names());
    }
  `,
    ["-A", "--no-check"],
  );
  assertEquals([stdout, stderr], ['hi\n[ "it" ]', ""]);
  assertEquals(code, 0);
  assert(ms < 10_000);
});

Deno.test("no thread is left", assertNoThreads);
