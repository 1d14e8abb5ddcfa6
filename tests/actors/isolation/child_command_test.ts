import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import {
  canUseDescriptor,
  checkMayStart,
  type ChildCommand,
  childCommand,
  type ChildSpec,
  loadingRights,
  programFlags,
} from "../../../actors/isolation/child_command.ts";
import {
  normalizePermissions,
  PERMISSION_KINDS,
} from "../../../actors/permissions.ts";
import { root, runDeno } from "../../tools/child.ts";

const posix = { ignore: Deno.build.os === "windows" };
const linux = { ignore: Deno.build.os !== "linux" };
const ENTRY = "data:text/javascript,0";
const probe = new URL("tests/fixtures/child_command_probe.ts", root);
const library = decodeURIComponent(root.pathname).replace(/\/$/, "");

/** What is asked for, on the stage of a program that may do everything. */
function specOf(
  permissions: unknown,
  rest: Partial<ChildSpec> = {},
): ChildSpec {
  return {
    permissions: normalizePermissions(permissions, "file:///srv/app/main.ts"),
    modules: [],
    entry: ENTRY,
    childFlags: [],
    ...rest,
  };
}

/** The arguments between those that are always there. */
function flagsOf(spec: ChildSpec): readonly string[] {
  const { file, args } = childCommand(spec);
  assertEquals(file, Deno.execPath());
  assertEquals(args.slice(0, 3), ["run", "--no-prompt", "--quiet"]);
  assertEquals(args.at(-1), spec.entry);
  const flags = args.slice(3, -1);
  const options = flags.filter((one) => one === "--unstable-worker-options");
  assertEquals(options.length, 1);
  return flags.filter((one) => one !== "--unstable-worker-options");
}

interface Probed {
  command: ChildCommand | string;
  loading: true | string[] | string;
  descriptor: boolean;
  start: string;
}

/** What comes out in a program with other rights, and how it is started. */
async function probed(
  flags: readonly string[],
  spec: ChildSpec,
  env: Record<string, string> = {},
): Promise<Probed> {
  const { stdout, stderr } = await runDeno(
    [
      "run",
      "--no-prompt",
      "--no-check",
      ...flags,
      probe.href,
      JSON.stringify(spec),
    ],
    { timeout: 20_000, env },
  );
  assert(stdout !== "", stderr);
  return JSON.parse(stdout);
}

function argsOf({ command }: Probed): readonly string[] {
  assert(typeof command === "object", String(command));
  return command.args;
}

async function withFolder(
  files: Record<string, string>,
  check: (folder: string) => unknown,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(path, content);
    }
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// --- permissions ----------------------------------------------------------

Deno.test("childCommand() lets the main thread read modules, and nothing else, for none", () => {
  assertEquals(flagsOf(specOf("none")), ["--allow-read", "--allow-import"]);
  assertEquals(loadingRights(specOf("none")), true);
});

Deno.test("childCommand() writes every kind of a set", posix, () => {
  assertEquals(
    flagsOf(specOf({
      read: ["/data", "/a b"],
      write: ["out"],
      net: ["a.com:1", "*.b.com", "[::1]:2", "10.0.0.0/8", "unix:/s"],
      env: ["A", "B_*"],
      sys: ["hostname", "username"],
      run: ["ls", "/bin/cat"],
      ffi: ["/lib"],
      import: ["c.com"],
    })),
    [
      "--allow-read",
      "--allow-write=/srv/app/out",
      "--allow-net=a.com:1,*.b.com,[::1]:2,10.0.0.0/8,unix:/s",
      "--allow-env=A,B_*",
      "--allow-sys=hostname,userInfo",
      "--allow-run=ls,/bin/cat",
      "--allow-ffi=/lib",
      "--allow-import",
    ],
  );
  const all = Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, true]));
  assertEquals(
    flagsOf(specOf(all)),
    PERMISSION_KINDS.map((kind) => `--allow-${kind}`),
  );
  assertEquals(loadingRights(specOf(all)), []);
});

Deno.test("childCommand() passes on all rights for inherit", () => {
  assertEquals(flagsOf(specOf("inherit")), ["-A"]);
  assertEquals(loadingRights(specOf("inherit")), []);
});

Deno.test("childCommand() merges the carrier's net into the actor's", () => {
  const carrierRights = { net: ["127.0.0.1:4321"] };
  const net = (permissions: unknown) =>
    flagsOf(specOf(permissions, { carrierRights }))
      .filter((flag) => flag.startsWith("--allow-net"));
  assertEquals(net("none"), ["--allow-net=127.0.0.1:4321"]);
  assertEquals(net({ net: ["a.com"] }), [
    "--allow-net=a.com,127.0.0.1:4321",
  ]);
  assertEquals(net({ net: true }), ["--allow-net"]);
  assertEquals(net("inherit"), []);
});

Deno.test(
  "childCommand() refuses a path with a comma, which Deno cannot be told",
  posix,
  () => {
    assertThrows(
      () => childCommand(specOf({ write: ["/srv/last, first"] })),
      Error,
      "Cannot start actor in a process of its own: its process needs write " +
        'access to "/srv/last, first"',
    );
  },
);

Deno.test(
  "childCommand() gives no more to read than its own thread has",
  posix,
  async () => {
    const modules = [new URL("tests/x/a.ts", root).href, "file:///srv/b.ts"];
    const spec = specOf({ read: ["/data"] }, { modules });
    const own = `--allow-read=/data,${library}`;
    const outcome = await probed([`-R=${library},/data`], spec);
    assert(argsOf(outcome).includes(own));
    assertEquals(outcome.loading, [library]);

    const none = await probed([`-R=${library}`], specOf("none"));
    assertEquals(argsOf(none).slice(4, -1), [`--allow-read=${library}`]);

    const covered = specOf({ read: ["/"] }, { modules });
    const all = await probed([`-R=${library},/`], covered);
    assertEquals(all.loading, []);
  },
);

Deno.test(
  "childCommand() gives one file where the folder is not held",
  posix,
  async () => {
    const flags = [`-R=${library}/actors,${library}/tests,/srv/b.ts`];
    const spec = specOf("none", { modules: ["file:///srv/b.ts"] });
    assertEquals((await probed(flags, spec)).loading, ["/srv/b.ts"]);
  },
);

Deno.test(
  "childCommand() imports from where its own thread may",
  posix,
  async () => {
    const spec = specOf({ import: ["c.com:443"] }, {
      modules: ["https://b.com/mod.ts", "http://b.com/x.ts"],
    });
    const imports = async (flags: string[], one = spec) =>
      argsOf(await probed([`-R=${library}`, ...flags], one))
        .filter((flag) => flag.includes("import"));
    assertEquals(await imports(["--allow-import=b.com:443"]), [
      "--allow-import=c.com:443,b.com:443",
    ]);
    assertEquals(await imports(["--allow-import=b.com"], specOf("none")), [
      "--deny-import",
    ]);
    assertEquals(await imports(["--deny-import"], specOf("none")), [
      "--deny-import",
    ]);
    assertEquals(await imports([], specOf("none")), []);
  },
);

Deno.test(
  "childCommand() refuses rights with denials that it cannot pass on",
  posix,
  async () => {
    const flags = ["-A", "--deny-net=a.com:80", "--deny-env=AB"];
    const command = async (permissions: unknown) =>
      (await probed(flags, specOf(permissions))).command;
    for (
      const [permissions, text] of [
        [{ net: true }, "net: true"],
        [{ net: ["b.com:1", "a.com"] }, 'net: ["a.com"]'],
        [{ env: ["A*"] }, 'env: ["A*"]'],
        ["inherit", "a part of net is denied"],
      ] as const
    ) {
      assertStringIncludes(String(await command(permissions)), text);
    }
    const exact = await command({ net: ["a.com:443"], env: ["AC"] });
    assert(typeof exact === "object");
  },
);

Deno.test("childCommand() refuses to inherit what Deno does not list", async () => {
  const listed = await probed(["-R", "--allow-run"], specOf("inherit"));
  assertEquals(
    listed.command,
    "Error: Cannot start actor in a process of its own: it inherits rights " +
      "that cannot be listed (Deno does not tell whether write is granted in " +
      "part). Give it explicit permissions",
  );
  const whole = await probed(
    ["-A", "--deny-ffi", "--deny-write"],
    specOf("inherit", { carrierRights: { net: ["a:1"] } }),
  );
  assertEquals(argsOf(whole).slice(4, -1), [
    "--allow-read",
    "--allow-net",
    "--allow-env",
    "--allow-sys",
    "--allow-run",
    "--allow-import",
  ]);
});

Deno.test("checkMayStart() names the flag, canUseDescriptor() says what is held", async () => {
  checkMayStart("resizer");
  assert(canUseDescriptor());
  const run = `--allow-run=${Deno.execPath()}`;
  const [nothing, started, both] = await Promise.all([
    probed(["-R"], specOf("none")),
    probed(["-R", run], specOf("none")),
    probed(["-R", run, "-E=NODE_V8_COVERAGE"], specOf("none")),
  ]);
  assertMatch(nothing.start, /^PermissionExceededError: .*"resizer"/);
  assertStringIncludes(nothing.start, run);
  assertEquals([started.start, started.descriptor], ["fine", false]);
  assertEquals([both.start, both.descriptor], ["fine", true]);
});

// --- configuration --------------------------------------------------------

Deno.test("childFlags replace what would be found, and hold no permissions", () => {
  assertEquals(
    flagsOf(specOf("inherit", { childFlags: ["--no-npm", "--cached-only"] })),
    ["--no-npm", "--cached-only", "-A"],
  );
  for (const flag of ["-A", "--allow-read=/", "-RW", "--deny-env", "-P"]) {
    assertThrows(
      () => childCommand(specOf("none", { childFlags: [flag] })),
      TypeError,
      "Cannot use childFlags",
    );
  }
  childCommand(specOf("none", { childFlags: ["-cREADME.json"] }));
});

Deno.test("childCommand() writes one flag for V8", () => {
  const childFlags = ["--v8-flags=--expose-gc", "--v8-flags=--a,--b"];
  assertEquals(flagsOf(specOf("inherit", { childFlags, memory: 64 })), [
    "-A",
    "--v8-flags=--expose-gc,--a,--b,--max-old-space-size=64",
  ]);
  assertEquals(flagsOf(specOf("inherit", { memory: 64 })), [
    "-A",
    "--v8-flags=--max-old-space-size=64",
  ]);
});

Deno.test(
  "programFlags() takes the flags off the command line",
  linux,
  async () => {
    const { command } = await probed(
      [
        "-Ac",
        "deno.json",
        "--import-map=tests/stand_ins/import_map.json",
        "--unstable-kv",
        "--unstable-worker-options",
        "--conditions",
        "development",
        "--v8-flags=--expose-gc",
        "--cached-only",
        "--no-lock",
      ],
      specOf("inherit", {
        childFlags: undefined,
        mainModule: "file:///x/y.ts",
      }),
    );
    assert(typeof command === "object");
    assertEquals(command.args.slice(3, -1), [
      `--config=${library}/deno.json`,
      `--import-map=${library}/tests/stand_ins/import_map.json`,
      "--unstable-kv",
      "--conditions=development",
      "--cached-only",
      "--no-lock",
      "--unstable-worker-options",
      "-A",
      "--v8-flags=--expose-gc",
    ]);
  },
);

Deno.test(
  "programFlags() finds the configuration as Deno does",
  posix,
  async () => {
    await withFolder({
      "deno.json": '{ "workspace": ["./member", "./package"] }',
      "deno.lock": "{}",
      "member/deno.jsonc": "{}",
      "package/package.json": "{}",
      "alone/deno.json": '{ "lock": "./own.lock" }',
      "alone/own.lock": "{}",
      "off/deno.json": '{ "lock": false }',
      "off/deno.lock": "{}",
    }, async (folder) => {
      const found = async (mainModule?: string) => {
        const spec = specOf("none", { childFlags: undefined, mainModule });
        const outcome = await probed([`-R=${library},${folder}`], spec);
        return argsOf(outcome).filter((flag) =>
          /config|lock|frozen|node/.test(flag)
        )
          .map((flag) => flag.replace(folder, ""));
      };
      const cases: [string | undefined, string[]][] = [
        [`file://${folder}/main.ts`, ["--config=/deno.json", "--frozen"]],
        [`file://${folder}/a/b/main.ts`, ["--config=/deno.json", "--frozen"]],
        [`file://${folder}/member/main.ts`, [
          "--config=/member/deno.jsonc",
          "--frozen",
        ]],
        [`file://${folder}/package/x/main.ts`, [
          "--config=/deno.json",
          "--frozen",
        ]],
        [`file://${folder}/alone/main.ts`, [
          "--config=/alone/deno.json",
          "--frozen",
        ]],
        [`file://${folder}/off/main.ts`, [
          "--config=/off/deno.json",
          "--no-lock",
        ]],
        ["https://jsr.io/x.ts", ["--no-lock"]],
        [undefined, ["--no-lock"]],
      ];
      const outcomes = await Promise.all(cases.map(([main]) => found(main)));
      assertEquals(outcomes, cases.map(([, flags]) => flags));
    });
  },
);

Deno.test(
  "programFlags() has the packages found of a package without configuration",
  posix,
  async () => {
    await withFolder({
      "deno.json": "{}",
      "package/package.json": "{}",
    }, (folder) => {
      const flags = programFlags(`file://${folder}/package/main.ts`);
      assert(!flags.some((flag) => flag.startsWith("--config")));
      assert(flags.includes("--node-modules-dir=manual"));
    });
  },
);

// --- environment ----------------------------------------------------------

Deno.test("the environment holds what the actor may read, and no more", async () => {
  Deno.env.set("TROUPE_CHILD_SECRET", "1");
  Deno.env.set("LD_TROUPE_CHILD", "1");
  try {
    const secret = (permissions: unknown) =>
      childCommand(specOf(permissions)).env["TROUPE_CHILD_SECRET"];
    assertEquals(secret("none"), undefined);
    assertEquals(secret({ env: ["TROUPE_OTHER", "OTHER_*"] }), undefined);
    assertEquals(secret({ env: ["TROUPE_CHILD_SECRET"] }), "1");
    assertEquals(secret({ env: ["TROUPE_CHILD_*"] }), "1");
    assertEquals(secret({ env: true }), "1");
    assertEquals(secret("inherit"), "1");
    const { env } = childCommand(specOf("none"));
    assertEquals(env["DENO_NO_PROMPT"], "1");
    assertEquals(env["PATH"], Deno.env.get("PATH"));
    assertEquals(env["HOME"], Deno.env.get("HOME"));
  } finally {
    Deno.env.delete("TROUPE_CHILD_SECRET");
    Deno.env.delete("LD_TROUPE_CHILD");
  }
  const { command } = await probed(
    ["-R", "--allow-env=A_*,LD_B", "--allow-run=deno"],
    specOf({ env: ["A_*", "A_B", "LD_B"] }),
    { A_B: "1", A_C: "1", LD_B: "1" },
  );
  assert(typeof command === "object");
  // It may not list them to find A_C; LD_B would keep it from starting.
  assertEquals(command.env, {
    A_B: "1",
    DENO_NO_PROMPT: "1",
    DENO_NO_UPDATE_CHECK: "1",
  });
});

Deno.test(
  "an actor that runs programs by name gets PATH, or is refused",
  posix,
  async () => {
    assertEquals(
      childCommand(specOf({ run: ["ls"] })).env["PATH"],
      Deno.env.get("PATH"),
    );
    const { command } = await probed(
      ["-R", "--allow-run"],
      specOf({ run: ["ls"] }),
    );
    assertMatch(String(command), /may run "ls".* no PATH/);
  },
);

// --- a real child ---------------------------------------------------------

/** Starts a child as an actor's would be, and collects what it prints. */
async function run(command: ChildCommand) {
  const child = spawn(command.file, [...command.args], {
    env: command.env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const begun = once(child.stdout!, "data");
  const output = text(child.stdout!);
  // It has said something, and lives until its input ends.
  await begun;
  const line = Deno.build.os === "linux"
    ? (await Deno.readTextFile(`/proc/${child.pid}/cmdline`)).split("\0")
    : undefined;
  child.stdin!.end();
  return { output: JSON.parse(await output), line };
}

const REPORT = `data:text/javascript,${
  encodeURIComponent(`
const state = (one) => Deno.permissions.querySync(one).state;
console.log(JSON.stringify({
  kinds: ${JSON.stringify(PERMISSION_KINDS)}.filter((name) =>
    state({ name }) === "granted"),
  data: state({ name: "write", path: "/data/x" }),
  other: state({ name: "write", path: "/other" }),
  host: state({ name: "net", host: "10.1.2.3:80" }),
  gc: typeof gc,
}));
await new Response(Deno.stdin.readable).text();
`)
}`;

Deno.test(
  "a child has the rights of its command line, and no more",
  posix,
  async () => {
    const childFlags = ["--v8-flags=--expose-gc"];
    const set = specOf(
      {
        write: ["/data", "/a b"],
        net: ["10.0.0.0/8", "*.b.com"],
        env: ["B_*"],
      },
      { entry: REPORT, childFlags, memory: 64 },
    );
    const command = childCommand(set);
    // A program that may read too little: not even that is passed on.
    const nothing = await probed(
      [`-R=${library}/actors,${library}/channels,${library}/tests`],
      specOf("none", { entry: REPORT }),
    );
    const bare = nothing.command as ChildCommand;
    assertEquals(bare.args.slice(3, -1), [
      "--unstable-worker-options",
      "--deny-ffi",
    ]);
    const [some, none, all] = await Promise.all([
      run(command),
      run(bare),
      run(childCommand(specOf("inherit", { entry: REPORT }))),
    ]);
    assertEquals(some.output, {
      kinds: ["read", "import"],
      data: "granted",
      other: "prompt",
      host: "granted",
      gc: "function",
    });
    assertEquals(none.output.kinds, []);
    assertEquals(all.output.kinds, PERMISSION_KINDS);
    if (some.line === undefined) return;
    assertEquals(some.line, [command.file, ...command.args, ""]);
    assert(!none.line!.includes("-A"));
  },
);
