// deno run --no-prompt --allow-read=. --allow-run --allow-env=NODE_V8_COVERAGE examples/isolation.ts
//
// Actors in processes of their own. One computes without end and is killed all the
// same; one takes more memory than it may, and nobody else notices; one counts on
// with a lock that the killed one held.
//
// As threads the first could not be stopped, and the second would take the whole
// program along. Nothing else is different: the queue, the lock and the value are
// used as ever.
//
// Look at `isolation`: the word can be at the declaration, at the start, in the
// options of a pool or of a supervisor's child, or in `configure` for them all.
import { actor, Lock, Queue, Value } from "@troupe/troupe";

const spin = actor(
  import.meta,
  async function spin(lock: Lock, up: Queue<string>) {
    await lock.acquire();
    await up.put("it has the lock, and never gives it back");
    for (let n = 0;; n++) if (n < 0) break;
  },
  { isolation: "process" },
);

const hoard = actor(import.meta, function hoard() {
  const pages: Uint8Array[] = [];
  for (;;) pages.push(new Uint8Array(1024 * 1024).fill(pages.length));
}, { isolation: "process", memory: 100 });

const count = actor(
  import.meta,
  async function count(lock: Lock, hits: Value<"int32">) {
    using guard = await lock.acquire();
    hits.value += 1;
    return guard.abandoned ? "the last holder died" : "nobody died";
  },
  { isolation: "process" },
);

if (import.meta.main) {
  const lock = new Lock();
  const up = new Queue<string>();
  const spinner = spin.spawn([lock, up]);
  console.log("spin:", await up.get());
  spinner.kill();
  console.log("spin:", await spinner.join());

  const hits = new Value("int32", 0);
  console.log("count:", await count.spawn([lock, hits]).result());
  console.log("count:", await count.spawn([lock, hits]).result());
  console.log("hits:", hits.value);

  const exit = await hoard.spawn().join();
  console.log("hoard:", exit.reason, exit.code);
}
