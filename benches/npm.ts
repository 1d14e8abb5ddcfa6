/**
 * The contenders from npm: pools of workers, run by `npm/main.js` in Node, where
 * all of them are faster than in Deno.
 *
 * @module
 */

import { COMLINK_VERSION } from "./comlink.ts";
import type { Contender } from "./contender.ts";
import { askElapsed, findPeer, peerContender } from "./peer_process.ts";
import { POOL_FIRST, type PoolWork, workArgs } from "./pool_work.ts";

const COMMAND = "node";

/** Some of the packages want no older one. */
const LEAST_NODE = 20;

const VERSIONS = {
  comlink: COMLINK_VERSION,
  piscina: "5.3.2",
  poolifier: "5.3.2",
  tinypool: "2.2.0",
  workerpool: "10.0.3",
};

const FILES = [
  "main.js",
  "pools.js",
  "load.js",
  "add.js",
  "add_comlink.js",
  "add_poolifier.js",
  "add_workerpool.js",
];

/** Within a task of Deno's, what is found as `node` may be Deno itself. */
const LOOK = "process.versions.deno ? '' : process.versions.node";

const found = await findPeer(COMMAND, ["-p", LOOK]);

/** The version of the Node that takes part, if there is one. */
export const node: string | undefined = parseInt(found ?? "") >= LEAST_NODE
  ? found
  : undefined;

/**
 * Makes a folder with the packages, where Node looks for them, and with the
 * files that use them. It goes when the program ends.
 *
 * @returns Nothing if the packages are not there and cannot be fetched.
 */
async function install(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "troupe_bench_" });
  addEventListener(
    "unload",
    () => Deno.removeSync(folder, { recursive: true }),
  );
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ type: "module", dependencies: VERSIONS }),
  );
  for (const file of FILES) {
    const from = new URL(`npm/${file}`, import.meta.url);
    await Deno.copyFile(from, `${folder}/${file}`);
  }
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--no-lock"],
    cwd: folder,
    stderr: "null",
  }).output();
  return success ? folder : undefined;
}

const folder = node && await install();

function contender(
  pool: string,
  args: readonly string[],
  isFresh = false,
): Contender {
  const [name] = pool.split(",", 1);
  return peerContender({
    name: `npm ${pool}`,
    missing: node === undefined
      ? `no ${COMMAND} here`
      : folder === undefined
      ? `no npm:${name} here`
      : undefined,
    call: {
      command: COMMAND,
      args: ["main.js", pool, ...args],
      cwd: folder,
    },
    isFresh,
    run: askElapsed,
  });
}

const POOLS = ["piscina", "tinypool", "workerpool", "poolifier", "comlink"];

/** Those that send a worker one task at a time unless they are told more. */
const TOLD_MORE = ["piscina, 100 a worker", "tinypool, 100 a worker"];

/** The names of the contenders from npm. */
export const NPM_POOLS: readonly string[] = [...POOLS, ...TOLD_MORE]
  .map((pool) => `npm ${pool}`);

/** The contenders from npm for the tasks of a pool. */
export function npmPools(work: PoolWork): Contender[] {
  const pools = work === "all" ? [...POOLS, ...TOLD_MORE] : POOLS;
  return pools.map((pool) => contender(pool, workArgs(work)));
}

/** The contenders from npm for the first task of a fresh pool. */
export function npmPoolFirsts(isCold: boolean): Contender[] {
  return POOLS.map((pool) => contender(pool, [POOL_FIRST], isCold));
}
