// deno run --no-prompt --allow-read=. examples/parallelism.ts
//
// The same work twice: in one thread alone, then dealt out to actors, one per
// core. For each source file `mine` looks for a nonce that makes a hash begin
// with 17 zero bits: little but computing.
//
// Look at `spawn` and `result`: they take and give what `mine` takes and gives,
// types included. The actors may read one folder, and nothing else.
import { actor } from "@troupe/troupe";

const folder = new URL("../channels/", import.meta.url);
const ZERO_BITS = 17;

/** Finds the smallest nonce of each file. */
async function mine(files: string[]): Promise<Map<string, number>> {
  const nonces = new Map<string, number>();
  for (const file of files) {
    const content = await Deno.readFile(new URL(file, folder));
    const digest = await crypto.subtle.digest("SHA-256", content);
    const hex = new Uint8Array(digest).toHex();
    let nonce = 0;
    while (Math.clz32(fnv1a(hex + nonce)) < ZERO_BITS) nonce++;
    nonces.set(file, nonce);
  }
  return nonces;
}

/** A small hash of our own: `crypto.subtle` would use threads of its own. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash;
}

const miner = actor(import.meta, mine, { permissions: { read: [folder] } });

async function mineTogether(files: string[], actors: number) {
  const miners = Array.from({ length: actors }, (_, i) => {
    const share = files.filter((_, k) => k % actors === i);
    return miner.spawn([share]);
  });
  const found = await Promise.all(miners.map((each) => each.result()));
  return new Map(found.flatMap((nonces) => [...nonces]));
}

async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await run(), Math.round(performance.now() - start)];
}

if (import.meta.main) {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const files = entries.filter((e) => e.isFile).map((e) => e.name).sort();
  const cores = navigator.hardwareConcurrency;
  const actors = Math.min(cores, 8); // starting one takes some 15 ms

  const [alone, aloneMs] = await timed(() => mine(files));
  console.log(`alone:    ${alone.size} nonces in ${aloneMs} ms`);
  const [together, ms] = await timed(() => mineTogether(files, actors));
  console.log(
    `together: ${together.size} nonces in ${ms} ms, ${actors} actors`,
  );

  const isSame = files.every((file) => alone.get(file) === together.get(file));
  console.log(isSame ? "the same nonces" : "NOT the same nonces");
  console.log(`speed-up: ${(aloneMs / ms).toFixed(2)}`);
  if (cores === 1) console.log("(this machine has one core: expect none)");
}
