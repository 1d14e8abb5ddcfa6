// deno run --no-prompt --allow-read=. --allow-net=127.0.0.1 examples/process_pool.ts
//
// Loads pages in parallel, and tells of each as soon as it is there. One page is
// missing, one never comes, and one is on a host that the tasks may not reach:
// each is the trouble of its own task, and of no other.
//
// Look at `submit`, which gives a future at once, and at `asCompleted`, which
// gives the futures back in the order in which they are done. The program serves
// the pages itself. To load others, which may come from anywhere:
// deno run --no-prompt --allow-read=. --allow-net examples/process_pool.ts https://deno.com
import { actor, asCompleted, currentTask, ProcessPool } from "@troupe/troupe";

const hosts = Deno.args.length === 0
  ? ["127.0.0.1"]
  : Deno.args.map((url) => new URL(url).host);

const load = actor(
  import.meta,
  async function load(url: string) {
    // The signal ends the request when the time of the task is over.
    const response = await fetch(url, { signal: currentTask()?.signal });
    const { ok, status, statusText } = response;
    if (!ok) throw new Error(`${status} ${statusText}`);
    return (await response.bytes()).length;
  },
  { permissions: { net: hosts } },
);

/** How many bytes each page has. */
const pages = new Map([["/news", 12_000], ["/photos", 480_000], ["/faq", 900]]);

function serve(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/never") return new Response(new ReadableStream());
  const size = pages.get(pathname);
  return size === undefined
    ? new Response(null, { status: 404, statusText: "Not Found" })
    : new Response(new Uint8Array(size));
}

if (import.meta.main) {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using server = Deno.serve(options, serve);
  const { port } = server.addr;
  const urls = Deno.args.length > 0 ? Deno.args : [
    ...[...pages.keys(), "/gone", "/never"]
      .map((path) => `http://127.0.0.1:${port}${path}`),
    "http://example.com/",
  ];

  await using pool = new ProcessPool({ workers: 4 });
  const timeout = 1500; // ms, for each
  const urlOf = new Map(
    urls.map((url) => [pool.submit(load, [url], { timeout }), url]),
  );
  let loaded = 0, bytes = 0;
  for await (const future of asCompleted(urlOf.keys())) {
    const url = urlOf.get(future);
    try {
      const size = await future.result();
      console.log(`${url}: ${size} bytes`);
      loaded++;
      bytes += size;
    } catch (error) {
      console.log(`${url}: ${(error as Error).message}`);
    }
  }
  console.log(`${loaded} of ${urls.length} pages loaded, ${bytes} bytes`);
}
