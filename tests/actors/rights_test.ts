import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import {
  PermissionDeniedError,
  type Permissions,
  type Process,
  RemoteError,
} from "@troupe/troupe";
import {
  asksForMore,
  attempt,
  besideModule,
  byDefault,
  computedImport,
  rawWorker,
  readsLater,
  revokes,
  thief,
} from "../fixtures/actors/attempts.ts";

const file = Deno.realPathSync(new URL(import.meta.url));

async function denial(p: Process): Promise<PermissionDeniedError> {
  const exit = await p.join();
  assert(exit.reason === "denied");
  assertInstanceOf(exit.error, PermissionDeniedError);
  assertEquals(exit.code, 1);
  return exit.error;
}

// kind of attempt, its target, the kind denied, the target denied, the grant
const table: [string, string, string, string | undefined, string][] = [
  ["read", file, "read", file, `read: [${JSON.stringify(file)}]`],
  ["write", `${file}.no`, "write", `${file}.no`, `write: ["${file}.no"]`],
  ["net", "127.0.0.1:9", "net", "127.0.0.1:9", 'net: ["127.0.0.1:9"]'],
  ["listen", "127.0.0.1:0", "net", "127.0.0.1:0", 'net: ["127.0.0.1:0"]'],
  [
    "fetch",
    "http://127.0.0.1:8001/",
    "net",
    "127.0.0.1:8001",
    'net: ["127.0.0.1:8001"]',
  ],
  ["env", "TROUPE_X", "env", "TROUPE_X", 'env: ["TROUPE_X"]'],
  ["sys", "", "sys", "hostname", 'sys: ["hostname"]'],
  ["run", "whoami", "run", "whoami", 'run: ["whoami"]'],
  ["ffi", "./no.so", "ffi", "./no.so", ""],
  [
    "import",
    "http://127.0.0.1:9/x.js",
    "import",
    "127.0.0.1:9",
    'import: ["127.0.0.1:9"]',
  ],
];

for (const [kind, target, deniedKind, deniedTarget, grant] of table) {
  Deno.test(`an actor without rights is denied: ${kind}`, async () => {
    const p = byDefault.spawn([kind, target], { name: "guest" });
    const error = await denial(p);
    assertEquals(error.kind, deniedKind);
    assertEquals(error.target, deniedTarget);
    assertEquals(error.actor, "guest");
    if (grant !== "") assertEquals(error.grant, grant);
    assertStringIncludes(error.message, 'Actor "guest" was denied');
    assertInstanceOf(error.cause, Error);
  });
}

/** The permissions that the text of a grant stands for. */
function granted(grant: string | undefined): Permissions {
  const json = grant!.replaceAll(/(\w+): /g, '"$1": ');
  return JSON.parse(`{${json}}`);
}

const passing: [string, string][] = [
  ["read", file],
  ["env", "TROUPE_X"],
  ["sys", ""],
  ["run", "whoami"],
  ["listen", "127.0.0.1:0"],
];

for (const [kind, target] of passing) {
  Deno.test(`adding the grant makes it pass: ${kind}`, async () => {
    const none = { permissions: "none" } as const;
    const { grant } = await denial(attempt.spawn([kind, target], none));
    const permissions = granted(grant);
    const p = attempt.spawn([kind, target], { permissions });
    assertEquals(await p.result(), "done");
  });
}

Deno.test("a denial in a callback, which nobody could catch, is told as well", async () => {
  const error = await denial(readsLater.spawn([file]));
  assertEquals(error.target, file);
});

Deno.test("relative paths in permissions start at the declaring module", async () => {
  const cwd = Deno.cwd();
  Deno.chdir("/");
  try {
    assert(await besideModule.spawn().result() > 0);
  } finally {
    Deno.chdir(cwd);
  }
});

Deno.test("an actor that asks Deno for more is not given it", async () => {
  assertEquals(await asksForMore.spawn().result() === "granted", false);
});

Deno.test("an actor that gives up a right gives up its own alone", async () => {
  await revokes.spawn().result();
  const { state } = await Deno.permissions.query({ name: "read" });
  assertEquals(state, "granted");
});

Deno.test("an actor cannot get more through a worker of its own", async () => {
  const exit = await rawWorker.spawn().join();
  assertEquals(exit.reason, "threw");
  const { error } = exit as { error: Error };
  assertInstanceOf(error, RemoteError);
  assertEquals(error.remoteName, "NotCapable");
});

Deno.test("an actor cannot load another module by its own choice", async () => {
  const error = await denial(computedImport.spawn([import.meta.url]));
  assertEquals(error.kind, "read");
  assertEquals(error.target, file);
});

Deno.test("an actor whose lock is stolen is not taken for dead", async () => {
  const p = thief.spawn();
  assert(await p.result() >= 1);
});
