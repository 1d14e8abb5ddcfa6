import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  folderOf,
  isWithin,
  pathFromUrl,
  resolvePath,
} from "../../actors/_permission_paths.ts";
import {
  DECLARATION,
  MAIN_PROCESS,
  PermissionExceededError,
} from "../../actors/permission_errors.ts";
import {
  describePermissions,
  findExcess,
  holds,
  narrowPermissions,
  normalizePermissions,
  PERMISSION_KINDS,
  warnAboutPrompts,
  workerPermissions,
} from "../../actors/permissions.ts";
import type {
  NormalizedPermissions,
  PermissionKind,
} from "../../actors/permissions.ts";
import { attempt } from "../fixtures/restricted.ts";
import { settledTo, threadCount } from "../leaks.ts";
import { plain, root, runDeno, statusWithin } from "../tools/child.ts";

const posix = { ignore: Deno.build.os === "windows" };
const linux = { ignore: Deno.build.os !== "linux" };
const MODULE = "file:///srv/my%20app/actors/load.ts";
const threads = threadCount() ?? 0;
const noThreadLeft = () => (threadCount() ?? 0) <= threads;
const probe = new URL("tests/fixtures/permission_probe.ts", root).href;

function normalized(permissions: unknown): NormalizedPermissions {
  return normalizePermissions(permissions, MODULE);
}

// --- what a caller writes -------------------------------------------------

Deno.test("permissions default to none, and a set that grants nothing is none", () => {
  for (
    const nothing of [
      undefined,
      "none",
      {},
      { read: false, net: [] },
      { env: undefined },
    ]
  ) {
    assertEquals(normalized(nothing), "none");
  }
  assertEquals(normalized("inherit"), "inherit");
});

Deno.test(
  "relative paths start at the folder of the declaring module",
  posix,
  () => {
    assertEquals(
      normalized({
        read: ["./data", "../shared/", "a#b?c%20d", "/etc/../tmp/./x//y/", "."],
        write: [new URL("file:///var/a%20b"), "../../../../.."],
        run: ["ls", "./tool", "/bin/true"],
        ffi: ["lib/native.so"],
        net: ["unix:./s.sock"],
      }),
      {
        read: [
          "/srv/my app/actors/data",
          "/srv/my app/shared",
          "/srv/my app/actors/a#b?c%20d",
          "/tmp/x/y",
          "/srv/my app/actors",
        ],
        write: ["/var/a b", "/"],
        net: ["unix:/srv/my app/actors/s.sock"],
        run: ["ls", "/srv/my app/actors/tool", "/bin/true"],
        ffi: ["/srv/my app/actors/lib/native.so"],
      },
    );
  },
);

Deno.test("hosts, variables and facts are kept in one spelling, each once", () => {
  assertEquals(
    normalized({
      net: [
        "Example.COM:080",
        "example.com.:80",
        "*.Example.com",
        "[0:0::1]:9",
        "[::ffff:10.0.0.1]",
        "10.0.0.1",
        "10.0.0.0/8",
        "localhost",
      ],
      import: ["JSR.io:443", "jsr.io:443"],
      env: ["HOME", "AWS_*", "HOME"],
      sys: ["hostname", "username"],
      read: true,
    }),
    {
      read: true,
      net: [
        "example.com:80",
        "*.example.com",
        "[::1]:9",
        "10.0.0.1",
        "10.0.0.0/8",
        "localhost",
      ],
      env: ["HOME", "AWS_*"],
      sys: ["hostname", "userInfo"],
      import: ["jsr.io:443"],
    },
  );
});

Deno.test("the result is a frozen copy, made from one look at the original", () => {
  let looks = 0;
  const list = ["a.example:1"];
  const given = {
    get net() {
      looks++;
      return list;
    },
  };
  const result = normalized(given);
  list.push("b.example:2");
  assertEquals(result, { net: ["a.example:1"] });
  assertEquals(looks, 1);
  assert(typeof result === "object" && result.net !== undefined);
  assert(Object.isFrozen(result) && Object.isFrozen(result.net));
});

const refused: [unknown, string][] = [
  [
    { reed: true },
    'unknown kind "reed"; known are read, write, net, env, sys, run, ffi, import',
  ],
  ["all", 'expected "none", "inherit" or an object, got "all"'],
  [true, 'expected "none", "inherit" or an object, got true (boolean)'],
  [null, 'expected "none", "inherit" or an object, got null'],
  [["read"], 'expected "none", "inherit" or an object, got a list'],
  [
    { net: "a:1" },
    'net must be true, false or a list, got "a:1". Write net: ["a:1"]',
  ],
  [
    { net: "inherit" },
    'net must be true, false or a list, got "inherit". Write net: ["inherit"]',
  ],
  [{ read: 1 }, "read must be true, false or a list, got 1 (number)"],
  [{ read: {} }, "read must be true, false or a list, got an object"],
  [{ env: ["A", 2] }, "env lists 2 (number), where a string belongs"],
  [{ env: [""] }, "env lists an empty string"],
  [{ env: ["A=B"] }, 'env lists "A=B", which is not a variable name'],
  [
    { read: ["/a\0b"] },
    'read lists "/a\\u0000b", which holds a NUL character',
  ],
  [
    { read: ["file:///etc"] },
    'read lists "file:///etc", the text of a URL. Write new URL("file:///etc")',
  ],
  [
    { read: [new URL("https://a/b")] },
    "read lists the URL https://a/b: https: is not a file: URL",
  ],
  [
    { net: [new URL("https://a/b")] },
    "net lists the URL https://a/b, where a string belongs",
  ],
  [
    { net: ["https://a/b"] },
    'net lists "https://a/b": a URL, where only its host and port belong',
  ],
  [
    { net: ["::1"] },
    'net lists "::1": an IPv6 address without square brackets',
  ],
  [{ net: ["[::1"] }, 'net lists "[::1": not an IPv6 address'],
  [{ net: ["[g::]:1"] }, 'net lists "[g::]:1": not an IPv6 address'],
  [{ net: ["a:"] }, 'net lists "a:": not a port from 0 to 65535'],
  [{ net: ["a:65536"] }, 'net lists "a:65536": not a port from 0 to 65535'],
  [{ net: ["*"] }, 'net lists "*": not a host; true stands for all of them'],
  [{ net: ["a b"] }, 'net lists "a b": not a host name or an address'],
  [{ net: ["a..b"] }, 'net lists "a..b": not a host name or an address'],
  [{ net: [":80"] }, 'net lists ":80": an empty host'],
  [{ import: ["a/b"] }, 'import lists "a/b": not a host name or an address'],
];

for (const [permissions, reason] of refused) {
  Deno.test(`permissions are refused at once: ${reason}`, () => {
    assertThrows(
      () => normalized(permissions),
      TypeError,
      `Cannot use permissions: ${reason}`,
    );
  });
}

Deno.test(
  "a module without a folder may not use relative paths, but absolute ones",
  posix,
  () => {
    const modules: [string, string][] = [
      ["https://example.com/a.ts", "https://example.com/a.ts"],
      ["data:text/javascript,1", "data:text/javascript,1"],
      [`data:,${"x".repeat(500)}`, `data:,${"x".repeat(111)}...`],
      ["blob:null/8e8f", "blob:null/8e8f"],
    ];
    for (const [module, named] of modules) {
      assertThrows(
        () => normalizePermissions({ read: ["data"] }, module),
        TypeError,
        `Cannot use permissions: read lists the relative path "data", and the ` +
          `module ${named} has no folder to start at. Write an absolute path ` +
          `or a file: URL`,
      );
      assertEquals(
        normalizePermissions({ read: ["/data"], run: ["ls"] }, module),
        { read: ["/data"], run: ["ls"] },
      );
    }
  },
);

Deno.test("whatever we take for a host, Deno takes too, and the other way round", async () => {
  const hosts = ["a.example", "a:80", "a:00080", "a:", "a:x", "a:65536", ":80"]
    .concat(["a_b-c.d", "-a", "a.", "a..b", "a b", "a/b", "*", "*.", "*.com"])
    .concat(["1.2.3.4:5", "1.2.3.4.5", "1.2.3.4.", "256.1.1.1", "*.1.2.3.4"])
    .concat(["10.0.0.0/8", "10.0.0.5/8:1", "10.0.0.0/33", "10.0.0.0/"])
    .concat(["[::1]", "[fe80::1%eth0]:80", "[::ffff:1.2.3.4]", "[::1]x"])
    .concat(["::1", "[::1", "[g::]:1", "https://a/b", "unix:/a:b"])
    .concat(Deno.build.os === "windows" ? [] : ["vsock:1:2", "vsock:1"]);
  for (const host of hosts) {
    const ours = taken(() => normalized({ net: [host] }));
    const code = `new Worker("data:,", { type: "module", deno: {
      permissions: { net: [${JSON.stringify(host)}] } } }).terminate()`;
    const theirs = await attempt({ permissions: { net: true }, code });
    assertEquals(ours, theirs === undefined, host);
  }
});

function taken(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

// --- paths of Windows, by style ---------------------------------------------

Deno.test("paths of Windows resolve, normalize and compare by its rules", () => {
  const folder = folderOf("file:///C:/My%20App/a/m.ts", "windows");
  assertEquals(folder, "C:\\My App\\a");
  assert(folder !== undefined);
  const resolved: [string, string][] = [
    ["data", "C:\\My App\\a\\data"],
    ["../b/./c/", "C:\\My App\\b\\c"],
    ["\\x", "C:\\x"],
    ["D:/y", "D:\\y"],
    ["..\\..\\..\\..", "C:\\"],
    ["\\\\host\\share\\..\\z", "\\\\host\\share\\z"],
    ["\\\\.\\pipe\\a", "\\\\.\\pipe\\a"],
  ];
  for (const [path, expected] of resolved) {
    assertEquals(resolvePath(folder, path, "windows"), expected);
  }
  assertEquals(
    pathFromUrl(new URL("file://host/share/a%20b"), "windows"),
    "\\\\host\\share\\a b",
  );
  assertThrows(() => pathFromUrl(new URL("file:///a"), "windows"), TypeError);
  assert(isWithin("C:\\Data", "c:\\data\\x", "windows"));
  assert(isWithin("C:\\", "C:\\x", "windows"));
  assert(!isWithin("C:\\Data", "C:\\Database", "windows"));
});

// --- narrowing ----------------------------------------------------------------

function narrowed(declared: unknown, requested: unknown) {
  return narrowPermissions(normalized(declared), requested, {
    actor: "x",
    moduleUrl: MODULE,
  });
}

Deno.test(
  "spawn may ask for what the declaration covers, and gets just that",
  posix,
  () => {
    const declared = { read: ["./data"], net: true, env: ["AWS_*"] };
    assertEquals(narrowed(declared, undefined), normalized(declared));
    assertEquals(narrowed(declared, "none"), "none");
    assertEquals(narrowed(declared, { read: ["data/in"], net: ["a:1"] }), {
      read: ["/srv/my app/actors/data/in"],
      net: ["a:1"],
    });
    assertEquals(narrowed("inherit", { run: true }), { run: true });
    assertEquals(narrowed("inherit", "inherit"), "inherit");
    assertThrows(() => narrowed("inherit", { reed: true }), TypeError);
  },
);

Deno.test(
  "asking for more than the declaration names the first right in excess",
  posix,
  () => {
    const cases: [unknown, unknown, string, string | undefined][] = [
      ["none", "inherit", "all", undefined],
      [
        Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, true])),
        "inherit",
        "all",
        undefined,
      ],
      ["none", { net: ["a:1"], read: ["/b", "/a"] }, "read", "/b"],
      [{ read: ["/b"] }, { net: ["a:1"], read: ["/b", "/a"] }, "read", "/a"],
      [{ read: ["/b"] }, { read: true }, "read", undefined],
      [{ read: true }, { import: true }, "import", undefined],
    ];
    for (const [declared, requested, kind, target] of cases) {
      const error = assertThrows(
        () => narrowed(declared, requested),
        PermissionExceededError,
      );
      assertEquals({ ...error }, {
        name: "PermissionExceededError",
        actor: "x",
        kind,
        target,
        holder: DECLARATION,
      });
    }
  },
);

Deno.test("an excess says who does not hold the right, and what would help", () => {
  const message = (holder: string, kind: "net" | "all", target?: string) =>
    new PermissionExceededError({ actor: "x", kind, target, holder }).message;
  assertEquals(
    message(MAIN_PROCESS, "net", "a:1"),
    'Cannot start actor "x": it asks for net access to "a:1", which ' +
      "MainProcess does not hold. Start the program with --allow-net=a:1",
  );
  assertEquals(
    message("boss", "net"),
    'Cannot start actor "x": it asks for net access, which actor "boss" ' +
      'does not hold. Give "boss" net: true, or ask for less',
  );
  assertEquals(
    message(DECLARATION, "all"),
    'Cannot start actor "x": it asks for "inherit", all that the program may ' +
      "do, which its declaration does not hold. " +
      'Declare it with permissions: "inherit", or ask for less',
  );
});

type Containment = [
  kind: PermissionKind,
  outer: string,
  inside: string[],
  outside: string[],
];

const containment: Containment[] = [
  ["read", "/tmp", ["/tmp", "/tmp/", "/tmp/a/b", "/etc/../tmp/a"], [
    "/tmpx",
    "/",
    "/tmp/../etc",
  ]],
  ["write", "/", ["/", "/etc"], []],
  ["ffi", "/lib", ["/lib/x.so"], ["/lib64/x.so"]],
  ["run", "ls", ["ls"], ["cat", "/bin/ls", "/usr/bin/ls", "LS"]],
  ["run", "/usr/bin", ["/usr/bin"], ["/usr/bin/ls"]],
  ["sys", "userInfo", ["userInfo", "username"], ["uid"]],
  ["env", "AWS_*", ["AWS_*", "AWS_ID", "AWS_", "AWS_A*"], ["AWS", "A*", "*"]],
  ["env", "A", ["A"], ["AB", "A*", "AB*", "a"]],
  ["env", "*", ["*", "A", "A*"], []],
  ["net", "example.com", ["example.com", "EXAMPLE.com.:1"], [
    "www.example.com",
    "*.example.com",
    "127.0.0.1",
  ]],
  ["net", "example.com:80", ["example.com:80", "example.com:0080"], [
    "example.com",
    "example.com:81",
  ]],
  ["net", "*.example.com", [
    "example.com",
    "a.b.example.com:1",
    "*.example.com:2",
  ], ["xexample.com", "com", "*.com"]],
  ["net", "*.example.com:80", ["a.example.com:80"], ["a.example.com"]],
  ["net", "[::1]", ["[::1]:80", "[0:0:0:0:0:0:0:1]"], ["[::2]", "localhost"]],
  ["net", "127.0.0.1", ["127.0.0.1:1", "[::ffff:127.0.0.1]"], [
    "127.1",
    "localhost",
  ]],
  ["net", "10.0.0.0/8", ["10.0.0.0/8"], ["10.0.0.0/9", "10.1.1.1"]],
  ["net", "unix:/tmp/s", ["unix:/tmp/./s"], ["unix:/tmp/s2", "unix:/tmp"]],
  ["import", "jsr.io:443", ["jsr.io:443"], ["jsr.io", "npm.jsr.io:443"]],
];

for (const [kind, outer, inside, outside] of containment) {
  Deno.test(
    `${kind} ${outer} covers ${inside.join(", ")}${
      outside.length > 0 ? ` and not ${outside.join(", ")}` : ""
    }`,
    posix,
    () => {
      for (const inner of inside) {
        narrowed({ [kind]: [outer] }, { [kind]: [inner] });
      }
      for (const inner of outside) {
        assertThrows(
          () => narrowed({ [kind]: [outer] }, { [kind]: [inner] }),
          PermissionExceededError,
          undefined,
          inner,
        );
      }
    },
  );
}

Deno.test(
  "what we let a declaration cover, Deno lets a worker pass on",
  posix,
  async () => {
    for (const [kind, outer, inside] of containment) {
      // Deno passes on no subnet, not even the same one; we leave that to it.
      if (outer === "10.0.0.0/8") continue;
      for (const inner of inside) {
        const set = narrowed({ [kind]: [outer] }, { [kind]: [inner] });
        const code = `try { new Worker("http://[", ${
          JSON.stringify({ type: "module", ...workerPermissions(set) })
        }) } catch (e) { if (e.name === "NotCapable") throw e; }`;
        const permissions = { [kind]: [outer] };
        const failure = await attempt({ permissions, code });
        assertEquals(failure, undefined, `${kind} ${outer} ${inner}`);
      }
    }
  },
);

// --- what a thread may pass on ----------------------------------------------

Deno.test("a program that may do everything exceeds nothing", () => {
  for (const kind of PERMISSION_KINDS) {
    assertEquals(findExcess({ [kind]: true }), undefined);
  }
  assertEquals(findExcess("none"), undefined);
  assertEquals(findExcess("inherit"), undefined);
  assert(holds("all", undefined));
});

Deno.test({
  name: "findExcess gives the first right that a limited thread lacks",
  ...posix,
  permissions: {
    read: ["/tmp"],
    net: ["a.example:1", "*.b.example"],
    env: ["A"],
    run: ["ls"],
    import: ["jsr.io:443"],
  },
  fn() {
    const excess = (set: unknown) => findExcess(normalized(set));
    assertEquals(excess({ read: ["/tmp/x"], net: ["a.example:1"] }), undefined);
    assertEquals(excess({ net: ["*.b.example", "c.b.example:9"] }), undefined);
    assertEquals(excess({ import: ["jsr.io:443"], run: ["ls"] }), undefined);
    assertEquals(excess({ net: ["x:1"], read: ["/tmp", "/etc", "/usr"] }), {
      kind: "read",
      target: "/etc",
    });
    assertEquals(excess({ import: true, sys: ["uid"], env: ["A"] }), {
      kind: "sys",
      target: "uid",
    });
    assertEquals(excess({ write: true }), { kind: "write", target: undefined });
    assertEquals(excess({ ffi: ["/x"] }), { kind: "ffi", target: "/x" });
    assertEquals(excess({ run: ["cat"] }), { kind: "run", target: "cat" });
    assertEquals(excess("none"), undefined);
    assertEquals(excess("inherit"), undefined);
    assert(!holds("all", undefined));
  },
});

Deno.test({
  name: "a variable does not give away those whose names begin with its name",
  permissions: { env: ["A", "B*"] },
  fn() {
    // The constructor of Worker alone would let all of these pass.
    assertEquals(findExcess({ env: ["A*"] }), { kind: "env", target: "A*" });
    assertEquals(findExcess({ env: ["AB*"] }), { kind: "env", target: "AB*" });
    assertEquals(findExcess({ env: ["A", "B*", "BC*", "BC"] }), undefined);
  },
});

Deno.test(
  "findExcess works in a restricted worker and starts no thread",
  linux,
  async () => {
    const module = new URL("actors/permissions.ts", root).href;
    const code = `
    const { findExcess } = await import("${module}");
    const found = [{ net: ["a:1"] }, { net: ["a:1", "b:1"] }, { read: true }]
      .map((set) => JSON.stringify(findExcess(set)));
    for (let i = 0; i < 200; i++) findExcess({ net: ["b:1"] });
    throw new Error(found.join(" "));`;
    const failure = await attempt({ permissions: { net: ["a:1"] }, code });
    assertEquals(
      failure?.message,
      ' {"kind":"net","target":"b:1"} {"kind":"read"}',
    );
    assert(await settledTo(noThreadLeft, true));
  },
);

Deno.test("an entry that only Deno can judge is refused when the first actor starts", () => {
  assertThrows(
    () => findExcess(normalized({ sys: ["bogus"] })),
    TypeError,
    'Cannot use permissions: Deno does not take sys "bogus": ' +
      'unknown system info kind "bogus"',
  );
});

async function excessesOf(flags: string[], sets: unknown[]) {
  const { code, stdout, stderr } = await runDeno(
    ["run", ...flags, probe, ...sets.map((set) => JSON.stringify(set))],
    { timeout: 60_000 },
  );
  assertEquals(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

const deniedFlags = [
  "--allow-read",
  "--deny-read=/etc/passwd",
  "--allow-net",
  "--deny-net=a:1",
  "--allow-env=A*",
];
const deniedSets: [unknown, unknown][] = [
  [{ read: true, net: true }, null],
  [{ read: ["/tmp"] }, null],
  [{ read: ["/tmp", "/etc"] }, { kind: "read", target: "/etc" }],
  [{ read: ["/etc/hostname", "/etc/passwd"] }, {
    kind: "read",
    target: "/etc/passwd",
  }],
  [{ net: ["a", "*.x.example", "a:1"] }, { kind: "net", target: "a:1" }],
  [{ env: ["AB", "AB*", "B"] }, { kind: "env", target: "B" }],
  [{ sys: true }, { kind: "sys" }],
  ["none", null],
  ["inherit", null],
];

Deno.test(
  "a program's --deny flags count as rights it lacks",
  posix,
  async () => {
    assertEquals(
      await excessesOf(
        ["--no-prompt", ...deniedFlags],
        deniedSets.map(([set]) => set),
      ),
      deniedSets.map(([, excess]) => excess),
    );
  },
);

// --- for the constructor, and for people ------------------------------------

Deno.test("inherit needs no unstable flag; anything else ends the program with code 70", async () => {
  const module = new URL("actors/permissions.ts", root).href;
  const run = (permissions: string) =>
    runDeno([
      "eval",
      "--no-config",
      `import { workerPermissions } from ${JSON.stringify(module)};
       new Worker("data:,", { type: "module",
         ...workerPermissions(${JSON.stringify(permissions)}) }).terminate();`,
    ], { timeout: 60_000 });
  assertEquals((await run("inherit")).code, 0);
  assertEquals((await run("none")).code, 70);
  assertEquals(workerPermissions("inherit"), {});
});

Deno.test(
  "workerPermissions restricts a worker to just what was granted",
  posix,
  async () => {
    const set = normalizePermissions(
      { read: ["./restricted.ts"], env: [] },
      probe,
    );
    const { deno } = workerPermissions(set);
    assert(deno !== undefined);
    const file = new URL("tests/fixtures/restricted.ts", root);
    const code = (url: URL) =>
      `Deno.statSync(new URL(${JSON.stringify(url.href)}))`;
    const allowed = await attempt({ ...deno, code: code(file) });
    const denied = await attempt({ ...deno, code: code(new URL(probe)) });
    assertEquals([allowed, denied?.name], [undefined, "NotCapable"]);
  },
);

Deno.test(
  "describePermissions is one line, in the order of the kinds",
  posix,
  () => {
    assertEquals(
      describePermissions(
        normalized({ net: true, read: ["/data/in", "/a b,\nc"], run: ["ls"] }),
      ),
      'read=/data/in,"/a b,\\nc" net=true run=ls',
    );
    assertEquals(describePermissions("none"), "none");
    assertEquals(describePermissions("inherit"), "inherit");
  },
);

// --- on a terminal ------------------------------------------------------------

const terminal = { ignore: !await hasScript() };

/** Whether `script` of util-linux is there, which makes a terminal. */
async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("script", {
      args: ["--version"],
    }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

/** Runs the probe on a terminal at which nobody answers. */
async function onTerminal(
  flags: string[],
  args: string[],
  env: Record<string, string> = {},
): Promise<string[]> {
  const words = [Deno.execPath(), "run", ...flags, probe, ...args];
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const child = new Deno.Command("script", {
    // As a command of the shell, so that a kill reaches all it started.
    args: ["-qec", `exec ${line.join(" ")}`, "/dev/null"],
    env: { NO_COLOR: "1", DENO_NO_PROMPT: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = new Response(child.stdout).text();
  const { timedOut } = await statusWithin(child, 30_000);
  assert(!timedOut, "it waits for an answer");
  return plain(await output).replaceAll("\r", "").trim().split("\n");
}

const WARNING = "Deno may prompt for what an actor was not given, and a yes " +
  "grants it: start the program with --no-prompt or DENO_NO_PROMPT=1";

Deno.test(
  "a terminal brings the warning about prompts, once (util-linux's script only)",
  terminal,
  async () => {
    assertEquals(await onTerminal([], ["warn"]), [WARNING, "warned"]);
    assertEquals(await onTerminal(["-A"], ["warn"]), [WARNING, "warned"]);
    assertEquals(await onTerminal(["--allow-read"], ["warn"]), [
      WARNING,
      "warned",
    ]);
  },
);

Deno.test(
  "no warning where prompts are known to be off (util-linux's script only)",
  terminal,
  async () => {
    const off = { DENO_NO_PROMPT: "1" };
    assertEquals(await onTerminal(["--allow-env"], ["warn"], off), ["warned"]);
    if (Deno.build.os !== "linux") return;
    assertEquals(await onTerminal(["-A", "--no-prompt"], ["warn"]), ["warned"]);
  },
);

Deno.test(
  "an argument of the program is not mistaken for the flag (util-linux's script only)",
  terminal,
  async () => {
    const flag = "--no-prompt"; // no JSON: it comes after what is looked at
    const [first] = await onTerminal(["-A"], ["warn", flag]);
    assertEquals(first, WARNING);
  },
);

Deno.test(
  "findExcess prompts for nothing on a terminal (util-linux's script only)",
  terminal,
  async () => {
    assertEquals(
      await onTerminal(
        deniedFlags,
        deniedSets.map(([set]) => JSON.stringify(set)),
      ),
      deniedSets.map(([, excess]) => JSON.stringify(excess)),
    );
    assertEquals(
      await onTerminal([], [`{"read":["/etc"]}`, `{"net":["*.a.example"]}`]),
      [
        `{"kind":"read","target":"/etc"}`,
        `{"kind":"net","target":"*.a.example"}`,
      ],
    );
  },
);

Deno.test("threads that share the word share the one warning", () => {
  const said = new Int32Array(new SharedArrayBuffer(4));
  said[0] = 1;
  warnAboutPrompts(said); // says nothing, wherever this runs
  assertEquals(said[0], 1);
});
