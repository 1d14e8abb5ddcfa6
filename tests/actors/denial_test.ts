// The denials are real: each row is run in a Worker that may do nothing, and
// then again with what our text says to add, until it passes.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  grantFor,
  parseDenial,
  toPermissionDenied,
} from "../../actors/_denial.ts";
import { PermissionDeniedError } from "../../actors/permission_errors.ts";
import {
  holds,
  normalizePermissions,
  workerPermissions,
} from "../../actors/permissions.ts";
import type { NormalizedPermissions } from "../../actors/permissions.ts";
import { deniedCode } from "../fixtures/denied_code.ts";
import { attempt, rebuilt } from "../fixtures/restricted.ts";
import { settledTo, threadCount } from "../leaks.ts";
import { root, runDeno } from "../tools/child.ts";

const posix = { ignore: Deno.build.os === "windows" };
const folder = posix.ignore
  ? ""
  : Deno.realPathSync(Deno.makeTempDirSync({ prefix: "denial " }));
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  answer,
);
const threads = threadCount() ?? 0;
const port = server.addr.port;
const here = `127.0.0.1:${port}`;

Deno.test.afterAll(async () => {
  await server.shutdown();
  if (folder !== "") Deno.removeSync(folder, { recursive: true });
});

/** A path in the temporary folder, and the same as source text. */
function inFolder(name: string): string {
  return `${folder}/${name}`;
}
const quoted = (text: string) => JSON.stringify(text);

const nasty = inFolder('a" b,\nrun\', run again with the --allow-read flag "c');
if (folder !== "") {
  Deno.writeTextFileSync(inFolder("plain"), "");
  Deno.writeTextFileSync(nasty, "");
  Deno.symlinkSync(inFolder("plain"), inFolder("link"));
  Deno.writeTextFileSync(inFolder("module.js"), "export default 1;");
  Deno.writeTextFileSync(
    inFolder("text.js"),
    `import "./plain" with { type: "text" };`,
  );
}

function answer(request: Request): Response {
  const { pathname } = new URL(request.url);
  const headers = { "content-type": "text/javascript" };
  const other = `http://localhost:${server.addr.port}`;
  switch (pathname) {
    case "/redirect.js":
      return Response.redirect(`${other}/plain.js`);
    case "/imports.js":
      return new Response(`import "${other}/plain.js";`, { headers });
    default:
      return new Response("export default 1;", { headers });
  }
}

for (const row of deniedCode({ folder, nasty, port })) {
  const ignore = posix.ignore || row.applies === false;
  Deno.test(
    `a denial names what was denied: ${row.what}`,
    { ignore },
    async () => {
      let permissions: Deno.PermissionOptionsObject = row.given ?? {};
      const failure = await attempt({ permissions, code: row.code });
      assert(failure !== undefined, "it was not denied");
      const denial = parseDenial(rebuilt(failure));
      assert(denial !== undefined, `not seen as a denial: ${failure.message}`);
      const { kind, target } = denial;
      assertEquals({ kind, target }, { kind: row.kind, target: row.target });
      assertEquals(grantFor(denial), row.grant);
      if (row.passes === false) return;

      permissions = withGrant(permissions, await valueOf(row.grant));
      for (const grant of row.then ?? []) {
        const next = await attempt({ permissions, code: row.code });
        assert(next !== undefined, `it passed without ${grant}`);
        const more = parseDenial(rebuilt(next));
        assert(more !== undefined, `not seen as a denial: ${next.message}`);
        assertEquals(grantFor(more), grant);
        permissions = withGrant(permissions, await valueOf(grant));
      }
      const left = await attempt({ permissions, code: row.code });
      assertEquals(left?.message, undefined);
    },
  );
}

/** A grant, read as the source text of permissions, by way of our own check. */
async function valueOf(grant: string): Promise<NormalizedPermissions> {
  const source = encodeURIComponent(`export default { ${grant} };`);
  const module = await import(`data:text/javascript,${source}`);
  return normalizePermissions(module.default, import.meta.url);
}

function withGrant(
  before: Deno.PermissionOptionsObject,
  grant: NormalizedPermissions,
): Deno.PermissionOptionsObject {
  const added = workerPermissions(grant).deno?.permissions;
  assert(typeof added === "object");
  const result: Record<string, unknown> = { ...before };
  for (const [kind, value] of Object.entries(added)) {
    const old = result[kind];
    result[kind] = Array.isArray(old) && Array.isArray(value)
      ? [...old, ...value]
      : value;
  }
  return result;
}

// Remote modules stay in Deno's cache, so these run in a child with its own.
const remote = [
  {
    what: "a remote module",
    given: [],
    path: "plain.js",
    target: here,
  },
  {
    what: "a redirect to another host",
    given: [here],
    path: "redirect.js",
    target: `localhost:${port}`,
  },
  {
    what: "an import inside a remote module",
    given: [here],
    path: "imports.js",
    target: `localhost:${port}`,
  },
];

for (const { what, given, path, target } of remote) {
  Deno.test(
    `a denial names the host of ${what}, and the grant lets it in`,
    posix,
    async () => {
      const code = `const url = "http://${here}/${path}"; await import(url)`;
      const [denied, granted] = await inChild(["-A"], [
        { permissions: { import: given }, code },
        { permissions: { import: [...given, target] }, code },
      ]);
      assertEquals([denied?.kind, denied?.target, denied?.grant], [
        "import",
        target,
        `import: ["${target}"]`,
      ]);
      assertEquals(granted, { passed: true });
    },
  );
}

async function inChild(
  flags: string[],
  attempts: { permissions: Deno.PermissionOptions; code: string }[],
): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await runDeno([
    "run",
    "--no-prompt",
    ...flags,
    new URL("tests/fixtures/restricted.ts", root).href,
    ...attempts.map((one) => JSON.stringify(one)),
  ], { timeout: 60_000, env: { DENO_DIR: inFolder("cache") } });
  assertEquals(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test(
  "a right that the program was denied has no grant, and the error names the flag",
  posix,
  async () => {
    const flags = [
      `--allow-read=${folder}`,
      `--deny-read=${inFolder("plain")}`,
      "--allow-net",
      `--deny-net=${here}`,
      "--allow-env=HOME",
      "--allow-sys=hostname",
    ];
    const results = await inChild(flags, [
      {
        permissions: "none",
        code: `Deno.statSync(${quoted(inFolder("plain"))})`,
      },
      { permissions: "none", code: `Deno.statSync(${quoted(inFolder("w"))})` },
      { permissions: "none", code: `await fetch("http://${here}/")` },
      { permissions: "none", code: `Deno.env.get("HOME")` },
      { permissions: "none", code: `Deno.env.get("PATH")` },
      { permissions: "none", code: `Deno.env.toObject()` },
      { permissions: "none", code: `Deno.uid()` },
      { permissions: "none", code: `Deno.symlinkSync("a", "b")` },
    ]);
    assertEquals(
      results.map(({ kind, target, grant }) => ({ kind, target, grant })),
      [
        { kind: "read", target: inFolder("plain"), grant: undefined },
        {
          kind: "read",
          target: inFolder("w"),
          grant: `read: [${quoted(inFolder("w"))}]`,
        },
        { kind: "net", target: here, grant: undefined },
        { kind: "env", target: "HOME", grant: `env: ["HOME"]` },
        { kind: "env", target: "PATH", grant: undefined },
        { kind: "env", target: undefined, grant: undefined },
        { kind: "sys", target: "uid", grant: undefined },
        { kind: "write", target: undefined, grant: undefined },
      ],
    );
    assertEquals(
      results[2]?.message,
      `Actor "child" was denied net access to "${here}": the program itself ` +
        `does not hold it. Start it with --allow-net=${here}, and without a ` +
        `--deny-net that covers it`,
    );
  },
);

Deno.test("an actor that inherits is told that the program does not hold it", () => {
  const cause = denialError(
    'Requires read access to "/etc/hostname", ' +
      "run again with the --allow-read flag",
  );
  const error = toPermissionDenied(cause, "x", () => false);
  assert(error instanceof PermissionDeniedError);
  assertEquals(error.grant, undefined);
  assertStringIncludes(error.message, "--allow-read=/etc/hostname");
});

Deno.test("a denial becomes an error with plain fields, the grant and the cause", () => {
  const cause = denialError(
    'Requires read access to "/etc/hostname", ' +
      "run again with the --allow-read flag",
  );
  const error = toPermissionDenied(
    cause,
    "x",
    ({ kind, target }) => holds(kind, target),
  );
  assert(error !== undefined);
  assertEquals({ ...error }, {
    name: "PermissionDeniedError",
    kind: "read",
    target: "/etc/hostname",
    actor: "x",
    grant: `read: ["/etc/hostname"]`,
  });
  assertEquals(error.cause, cause);
  assertEquals(
    error.message,
    `Actor "x" was denied read access to "/etc/hostname": ` +
      `add read: ["/etc/hostname"] to its permissions`,
  );
});

Deno.test("a denial in a compiled program is seen", () => {
  const denial = parseDenial(denialError(
    'Requires read access to "/x", specify the required permissions during ' +
      "compilation using `deno compile --allow-read`",
  ));
  assertEquals(denial, { kind: "read", target: "/x" });
});

Deno.test("an error that only quotes a denial is not taken for one", () => {
  const quote =
    'Requires read access to "/x", run again with the --allow-read flag';
  const module = { name: "TypeError", code: "ERR_MODULE_NOT_FOUND" };
  const others: Error[] = [
    new Error(quote),
    new TypeError(quote),
    denialError(`It said: ${quote}`),
    denialError(`${quote}, it said`),
    denialError(`${quote}\n    at file:///x.ts:1:1`),
    denialError(
      "Requires read access to /x, run again with the --allow-read flag",
    ),
    denialError(
      'Requires read access to "/x", run again with the --allow-net flag',
    ),
    denialError(
      'Requires hope access to "/x", run again with the --allow-hope flag',
    ),
    denialError("Can't escalate parent thread permissions"),
    Object.assign(new Error(`Cannot find module '${quote}'`), module),
    Object.assign(new Error(`Module not found "${quote}".`), module),
    Object.assign(new Error(`${quote}\n    at a:1\n    at b:1`), module),
    Object.assign(new Error("getaddrinfo ENOTFOUND a"), {
      code: "ENOTFOUND",
      syscall: "getaddrinfo",
      hostname: "a",
    }),
    Object.assign(new Error("open EPERM"), { code: "EPERM", syscall: "open" }),
    new Error("", { cause: denialError(quote) }),
  ];
  for (const error of others) {
    assertEquals(parseDenial(error), undefined, error.message);
    assertEquals(toPermissionDenied(error, "x", () => true), undefined);
  }
});

Deno.test("a module's denial is read to its end, wherever its path has the words of one", () => {
  const inside = '/a", run again with the --allow-read flag\n    at file:///b';
  const error = Object.assign(
    new Error(
      `Requires read access to "${inside}", run again with the --allow-read ` +
        "flag\n    at \x1b[36mfile:///c.ts\x1b[0m:1:8",
    ),
    { name: "TypeError", code: "ERR_MODULE_NOT_FOUND" },
  );
  assertEquals(parseDenial(error), { kind: "read", target: inside });
});

function denialError(message: string): Error {
  return Object.assign(new Error(message), { name: "NotCapable" });
}

Deno.test("looking at denials leaves no thread behind", async () => {
  const noneLeft = () => (threadCount() ?? 0) <= threads;
  assert(await settledTo(noneLeft, true));
});
