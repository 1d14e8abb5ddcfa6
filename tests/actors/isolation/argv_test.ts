// What the process of an actor is really started with, and cannot get beyond.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import {
  IsolationError,
  PermissionDeniedError,
  type Permissions,
  type Process,
  RemoteError,
} from "@troupe/troupe";
import {
  asksForMore,
  attempt,
  computedImport,
  rawWorker,
  readsLater,
} from "../../fixtures/actors/attempts.ts";
import {
  idle,
  pidOf,
  reaches,
  reachesWithAll,
  variables,
  waitsWithAll,
} from "../../fixtures/actors/isolated.ts";
import { soon } from "../../channels/inside.ts";

const linux = { ignore: Deno.build.os !== "linux" };
const file = Deno.realPathSync(new URL(import.meta.url));
const none = { isolation: "process", permissions: "none" } as const;

function linesOf(pid: number, name: "cmdline" | "environ"): string[] {
  return Deno.readTextFileSync(`/proc/${pid}/${name}`).split("\0").slice(0, -1);
}

/** The command line of an actor's process. */
async function lineOf(p: Process<unknown>): Promise<string[]> {
  await using process = p;
  await soon(process.ready());
  return linesOf(pidOf(process), "cmdline");
}

// --- the command line -----------------------------------------------------

Deno.test(
  "the process of an actor without rights may load modules, and nothing else",
  linux,
  async () => {
    const line = await lineOf(idle.spawn([], none));
    assertEquals(line[0], Deno.execPath());
    assertEquals(line[1], "run");
    assert(line.includes("--no-prompt"));
    const about = line.filter((one) =>
      /^(?:-[A-Z]|--(?:allow|deny))/.test(one)
    );
    assertEquals(about, ["--allow-read", "--allow-import"]);
    // All of it is from Troupe itself, and what follows is data for that.
    const entry = line.findIndex((one) => one.startsWith("data:"));
    assertMatch(line[entry]!, /^data:text\/javascript,import/);
    const flags = line.slice(2, entry);
    assert(flags.every((one) => one.startsWith("--")), flags.join(" "));
  },
);

const sets: [Permissions, string[]][] = [
  [{ net: ["127.0.0.1:9"] }, ["--allow-net=127.0.0.1:9"]],
  [{ env: ["TROUPE_OPEN"] }, ["--allow-env=TROUPE_OPEN"]],
  [{ sys: ["hostname"], run: ["/bin/true"] }, [
    "--allow-sys=hostname",
    "--allow-run=/bin/true",
  ]],
  [{ write: ["/tmp/troupe"] }, ["--allow-write=/tmp/troupe"]],
];

for (const [permissions, flags] of sets) {
  Deno.test(
    `the process of an actor has its rights: ${flags.join(" ")}`,
    linux,
    async () => {
      const how = { isolation: "process", permissions } as const;
      const line = await lineOf(waitsWithAll.spawn([], how));
      assert(!line.includes("-A") && !line.includes("--allow-all"));
      for (const flag of flags) assert(line.includes(flag), flag);
      const allowed = line.filter((one) => one.startsWith("--allow-"));
      const loading = ["--allow-read", "--allow-import"];
      assertEquals(
        allowed.filter((one) => !loading.includes(one)).sort(),
        flags.toSorted(),
      );
    },
  );
}

// --- what it cannot do ----------------------------------------------------

async function denial(p: Process): Promise<PermissionDeniedError> {
  const exit = await soon(p.join());
  assert(exit.reason === "denied", exit.reason);
  assertInstanceOf(exit.error, PermissionDeniedError);
  return exit.error;
}

// kind of attempt, its target, the kind denied
const attempts: [string, string, string][] = [
  ["read", file, "read"],
  ["read", "/proc/self/environ", "read"],
  ["write", `${file}.no`, "write"],
  ["net", "127.0.0.1:9", "net"],
  ["listen", "127.0.0.1:0", "net"],
  ["fetch", "http://127.0.0.1:8001/", "net"],
  ["env", "TROUPE_X", "env"],
  ["sys", "", "sys"],
  ["run", Deno.execPath(), "run"],
  ["ffi", "./no.so", "ffi"],
  ["import", "http://127.0.0.1:9/x.js", "import"],
];

for (const [kind, target, denied] of attempts) {
  Deno.test(`an actor without rights is denied in a process: ${kind} ${target}`, async () => {
    const error = await denial(attempt.spawn([kind, target], none));
    assertEquals(error.kind, denied);
  });
}

Deno.test({
  name: "an actor without rights is denied in a process: run whoami",
  async fn() {
    const error = await denial(attempt.spawn(["run", "whoami"], none));
    assertEquals([error.kind, error.target], ["run", "whoami"]);
  },
});

Deno.test("what loads the modules of an actor gives it no right to read", async () => {
  const at = [readsLater, computedImport];
  const ends = at.map((one) => denial(one.spawn([file], none)));
  for (const { kind, target } of await Promise.all(ends)) {
    assertEquals([kind, target], ["read", file]);
  }
});

Deno.test("an actor in a process is asked by nobody, and given no more", async () => {
  assertEquals(await soon(asksForMore.spawn([], none).result()), "denied");
});

Deno.test("an actor in a process cannot get more through a worker of its own", async () => {
  const exit = await soon(rawWorker.spawn([], none).join());
  assert(exit.reason === "threw");
  assertInstanceOf(exit.error, RemoteError);
  assertEquals(exit.error.remoteName, "NotCapable");
});

Deno.test("an actor in a process has what it was given", async () => {
  const isolation = "process" as const;
  const given: [string, string, Permissions][] = [
    ["read", file, { read: [file] }],
    ["listen", "127.0.0.1:0", { net: ["127.0.0.1:0"] }],
    ["sys", "", { sys: ["hostname"] }],
  ];
  for (const [kind, target, permissions] of given) {
    const p = attempt.spawn([kind, target], { isolation, permissions });
    assertEquals(await soon(p.result()), "done");
  }
  // And nothing beside it.
  const how = { isolation, permissions: { read: [`${file}.other`] } };
  assertEquals((await denial(attempt.spawn(["read", file], how))).kind, "read");
});

// --- its environment ------------------------------------------------------

Deno.test(
  "the environment of the program is not that of a process",
  linux,
  async () => {
    Deno.env.set("TROUPE_SECRET", "a secret");
    Deno.env.set("TROUPE_OPEN", "for all to see");
    try {
      await using p = idle.spawn([], none);
      await soon(p.ready());
      const all = linesOf(pidOf(p), "environ").join("\n");
      assert(!/TROUPE_|a secret/.test(all));
      const names = ["TROUPE_SECRET", "TROUPE_OPEN"];
      const granted = variables.spawn([names], { isolation: "process" });
      assertEquals(await soon(granted.result()), [
        "NotCapable",
        "for all to see",
      ]);
      const denied = variables.spawn([names], none);
      assertEquals(await soon(denied.result()), ["NotCapable", "NotCapable"]);
    } finally {
      Deno.env.delete("TROUPE_SECRET");
      Deno.env.delete("TROUPE_OPEN");
    }
  },
);

// --- the descriptor of the carrier ----------------------------------------

const ways = ["/dev/fd", "/proc/self/fd", "a file of its number"];

for (const way of ways) {
  for (const actor of [reaches, reachesWithAll]) {
    const who = actor === reaches ? "without rights" : "with all rights";
    Deno.test({
      name: `an actor ${who} cannot reach its host's descriptor: ${way}`,
      ignore: Deno.build.os !== "linux",
      async fn() {
        const p = actor.spawn([way], { isolation: "process" });
        assertEquals(await soon(p.result()), "refused");
      },
    });
  }
}

Deno.test({
  name: "what an actor writes into its host's descriptor ends that actor alone",
  // Deno's `new Socket({ fd })` needs no right.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const isolation = "process" as const;
    await using other = reaches.spawn(["/dev/fd"], { isolation });
    const p = reaches.spawn(["a socket of its number"], { isolation });
    const exit = await soon(p.join());
    assert(exit.reason === "failed");
    assertInstanceOf(exit.error, IsolationError);
    assertEquals(exit.error.actor, p.name);
    assertEquals(await soon(other.result()), "refused");
  },
});
