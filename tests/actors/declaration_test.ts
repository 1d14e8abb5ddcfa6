import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  actor,
  DeclarationError,
  type Exit,
  ModuleLoadError,
  NotSendableError,
  PermissionDeniedError,
  PermissionExceededError,
  pipe,
  PipeClosedError,
  Process,
  RemoteError,
  SpawnAtLoadError,
} from "@troupe/troupe";
import { echo, nothing } from "../fixtures/actors/endings.ts";
import { deniedAtLoad } from "../fixtures/actors/denied_at_load.ts";
import { late, underGuard } from "../fixtures/actors/late.ts";
import { spawner } from "../fixtures/actors/spawns_at_load.ts";
import { assertNoThreads } from "../leaks.ts";

async function failure(p: Process): Promise<Error> {
  const exit = await p.join() as Exit & { error: Error };
  assertEquals(exit.reason, "failed");
  assertEquals(exit.code, 1);
  return exit.error;
}

Deno.test("actor() runs nothing and keeps the name and the module", () => {
  assertEquals(nothing.name, "nothing");
  assertStringIncludes(nothing.module, "fixtures/actors/endings.ts");
});

Deno.test("actor() refuses what is no function and no class: by type and by name", () => {
  const declare = (target: unknown) => () =>
    actor(import.meta, target as () => void);
  assertThrows(
    declare(3),
    TypeError,
    "expected a function or a class, got number",
  );
  assertThrows(declare(null), TypeError, "got null");
  assertThrows(declare(function* () {}), TypeError, "a generator function");
  assertThrows(declare(async function* () {}), TypeError, "generator");
  assertThrows(declare(() => {}), TypeError, "the function has no name");
  assertThrows(declare(class {}), TypeError, "the class has no name");
  assertThrows(
    () => actor({} as ImportMeta, function f() {}),
    TypeError,
    "import.meta",
  );
});

Deno.test("actor() refuses a class with a method called then: whoever awaits a handle would call it", () => {
  class Base {
    then() {}
  }
  class Derived extends Base {}
  for (const Class of [Base, Derived]) {
    assertThrows(
      () => actor(import.meta, Class as never),
      TypeError,
      '"then" may not be the name of a method',
    );
  }
});

Deno.test("actor() refuses wrong options of a class actor", () => {
  const declare = (options: object) => () =>
    actor(import.meta, class Wrong {}, options);
  assertThrows(declare({ reentrant: 1 }), TypeError, "reentrant must be");
  assertThrows(
    declare({ whenAskThrows: "stop" }),
    TypeError,
    'whenAskThrows must be "go-on" or "end", got "stop"',
  );
});

Deno.test("actor() refuses a second declaration of one name in one module", () => {
  const declare = () => actor(import.meta, function twice() {});
  declare();
  const error = assertThrows(declare, DeclarationError);
  assertEquals(error.actor, "twice");
  assertEquals(error.module, import.meta.url);
  actor(import.meta, function twice() {}, { name: "another" });
});

Deno.test("actor() refuses unknown permission kinds at once", () => {
  assertThrows(
    () =>
      actor(import.meta, function f() {}, {
        permissions: { reed: true } as never,
      }),
    TypeError,
    'unknown kind "reed"',
  );
});

Deno.test("an actor declared inside a function is not found, and the error says so", async () => {
  for (const declare of [late, underGuard]) {
    const error = await failure(declare().spawn());
    assertInstanceOf(error, DeclarationError);
    assertStringIncludes(error.message, "at the top level of the module");
  }
});

Deno.test("a module that spawns as it is loaded gets one error that names the guard, and no fork bomb (P36)", async () => {
  const error = await failure(spawner.spawn());
  assertInstanceOf(error, SpawnAtLoadError);
  assertStringIncludes(error.message, "if (import.meta.main)");
  await assertNoThreads();
});

Deno.test("a right denied while the module is loaded is told with its place and advice", async () => {
  const exit = await deniedAtLoad.spawn().join();
  assert(exit.reason === "denied");
  assertEquals(exit.code, 1);
  const { error } = exit;
  assertInstanceOf(error, PermissionDeniedError);
  assertEquals(error.kind, "env");
  assertEquals(error.target, "HOME");
  assertStringIncludes(error.message, "denied_at_load.ts:");
  assertStringIncludes(error.message, "a module of its own");
});

/** An actor of a module that nobody can load. */
function actorOf(url: string) {
  return actor({ url } as ImportMeta, function lost() {});
}

Deno.test("a missing module fails the start, with its name", async () => {
  const url = new URL("no_such_module.ts", import.meta.url).href;
  const error = await failure(actorOf(url).spawn());
  assertInstanceOf(error, ModuleLoadError);
  assertEquals(error.module, url);
  assertStringIncludes(error.message, `its module ${url} cannot be loaded`);
});

Deno.test("a syntax error in the module fails the start, with its place", async () => {
  const url = new URL("../fixtures/broken/syntax.ts", import.meta.url).href;
  const error = await failure(actorOf(url).spawn());
  assertInstanceOf(error, ModuleLoadError);
  assertStringIncludes(error.message, "syntax.ts:");
  // deno-lint-ignore no-control-regex
  assertEquals(/\x1b/.test(error.message), false);
});

Deno.test("a module that throws as it is loaded fails the start, with the error", async () => {
  const url = "data:text/javascript,throw new RangeError('at load')";
  const error = await failure(actorOf(url).spawn());
  assertInstanceOf(error, RemoteError);
  assertEquals(error.remoteName, "RangeError");
  assertStringIncludes(error.message, "at load");
});

Deno.test("a data: module may declare actors", async () => {
  const library = import.meta.resolve("@troupe/troupe");
  const source = `import { actor } from ${JSON.stringify(library)};` +
    "actor(import.meta, function lost() { return 'found'; });";
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  assertEquals(await actorOf(url).spawn().result() as unknown, "found");
});

Deno.test("an argument that cannot be sent is refused with its path, and nothing is started", () => {
  const p = new Process(echo, { args: [{ job: { cb: [1, () => 1] } }] });
  const error = assertThrows(() => p.start(), NotSendableError);
  assertEquals(error.path, "$[0].job.cb[1]");
  assertEquals(p.isAlive(), false);
});

Deno.test("a closed connection is refused as an argument, and no other end is given away", async () => {
  const [a, b] = pipe<number>();
  const [closed] = pipe();
  closed.close();
  assertThrows(() => echo.spawn([[b, closed]]), PipeClosedError);
  await a.send(1);
  assertEquals(await b.recv(), 1);
});

Deno.test("a process that was not started is refused as an argument", () => {
  assertThrows(
    () => echo.spawn([new Process(nothing, { name: "unborn" })]),
    Error,
    'Cannot send process "unborn": it was not started',
  );
});

Deno.test(
  "a child's rights lie within its parent's: else no thread is started",
  {
    permissions: { read: true, env: ["PATH"] },
  },
  () => {
    const wants = actor(import.meta, function wants() {}, {
      permissions: { env: ["PATH", "HOME"] },
    });
    const error = assertThrows(() => wants.spawn(), PermissionExceededError);
    assertEquals(error.kind, "env");
    assertEquals(error.target, "HOME");
    assertEquals(error.holder, "MainProcess");
  },
);

Deno.test("spawn() may narrow the declared rights, never widen them", async () => {
  const reader = actor(import.meta, function reader() {}, {
    permissions: { env: ["HOME"] },
  });
  const error = assertThrows(
    () => reader.spawn([], { permissions: { env: ["HOME", "PATH"] } }),
    PermissionExceededError,
  );
  assertEquals(error.holder, "declaration");
  assertEquals(error.target, "PATH");
  assertThrows(
    () => reader.spawn([], { permissions: "inherit" }),
    PermissionExceededError,
  );
  const none = new Process(reader, { permissions: "none" });
  assertEquals(none.isAlive(), false);
  await assertRejects(() => none.join());
});

Deno.test("a program without the right to read the module is told the flag and the path", async () => {
  const module = new URL("../fixtures/actors/endings.ts", import.meta.url);
  const program = `
    import { nothing } from ${JSON.stringify(module.href)};
    const exit = await nothing.spawn().join();
    console.log(exit.reason, exit.error.name, exit.error.message);
  `;
  const root = new URL("../../", import.meta.url);
  const library = ["actors", "channels"]
    .map((folder) => new URL(folder, root).pathname).join(",");
  const run = async (read: string) => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        ...(read === "" ? [] : [`--allow-read=${read}`]),
        "--config",
        new URL("deno.json", root).pathname,
        `data:text/typescript,${encodeURIComponent(program)}`,
      ],
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return text.decode(stdout) + text.decode(stderr);
  };
  const without = await run(library);
  assertStringIncludes(without, "failed ModuleLoadError");
  assertStringIncludes(without, `--allow-read=${module.pathname}`);
  assertStringIncludes(await run(""), "Troupe itself cannot be loaded");
});
