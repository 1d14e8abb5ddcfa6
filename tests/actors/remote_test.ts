import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

/** Serves the project's own modules, as a package registry does. */
function serveModules() {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname.slice(1);
      try {
        return new Response(await Deno.readTextFile(new URL(path, root)), {
          headers: { "content-type": "application/typescript" },
        });
      } catch {
        return new Response("Not found", { status: 404 });
      }
    },
  );
}

Deno.test("an actor of a remote module, with a remote Troupe, needs no right to read", async () => {
  await using server = serveModules();
  const host = `127.0.0.1:${server.addr.port}`;
  const cache = await Deno.makeTempDir({ prefix: "troupe_" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-config",
        "--unstable-worker-options",
        `--allow-import=${host}`,
        `http://${host}/tests/fixtures/actors/remote.ts`,
      ],
      // A cache of its own: the port, and with it the URL, is another each time.
      env: { DENO_DIR: cache, NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(60_000),
    }).output();
    const text = new TextDecoder();
    assertEquals(
      text.decode(stdout),
      "0\n1\n2\nprompt\n",
      text.decode(stderr),
    );
    assertEquals(code, 0);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
