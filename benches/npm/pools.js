// The pools from npm, each behind the same two functions. An entry loads what
// it needs, and gives back what makes a pool of two.
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { load } from "./load.js";

const WORKERS = 2;

const here = (file) => new URL(file, import.meta.url);

const pathOf = (file) => fileURLToPath(here(file));

/** A pool of piscina or of tinypool, which began as the same. */
function pooled(Pool, options) {
  const pool = new Pool({
    filename: here("add.js").href,
    minThreads: WORKERS,
    maxThreads: WORKERS,
    ...options,
  });
  return {
    call: (name, argument) => pool.run(argument, { name }),
    close: () => pool.destroy(),
  };
}

async function piscina(options) {
  const { Piscina } = await load("piscina");
  return () => pooled(Piscina, options);
}

async function tinypool(options) {
  const { Tinypool } = await load("tinypool");
  return () => pooled(Tinypool, options);
}

async function workerpool() {
  const { default: workerpool } = await load("workerpool");
  return () => {
    const pool = workerpool.pool(pathOf("add_workerpool.js"), {
      minWorkers: WORKERS,
      maxWorkers: WORKERS,
      workerType: "thread",
    });
    return {
      call: (name, argument) => pool.exec(name, [argument]),
      close: () => pool.terminate(),
    };
  };
}

async function poolifier() {
  const { FixedThreadPool } = await load("poolifier");
  return () => {
    let left = WORKERS;
    let resolve;
    const ended = new Promise((given) => resolve = given);
    const pool = new FixedThreadPool(WORKERS, pathOf("add_poolifier.js"), {
      exitHandler: () => --left === 0 && resolve(),
    });
    return {
      call: (name, argument) => pool.execute(argument, name),
      close() {
        // Its promise may stay open for ever, though its workers have ended.
        pool.destroy();
        return ended;
      },
    };
  };
}

/** Two workers that are asked in turn: comlink has no pool. */
async function comlink() {
  const { wrap } = await load("comlink");
  const { default: adapt } = await load("comlink/dist/esm/node-adapter.mjs");
  return () => {
    const workers = Array.from(
      { length: WORKERS },
      () => new Worker(here("add_comlink.js")),
    );
    const remotes = workers.map((worker) => wrap(adapt(worker)));
    let next = 0;
    return {
      call: (name, argument) => remotes[next++ % WORKERS][name](argument),
      close: () => Promise.all(workers.map((worker) => worker.terminate())),
    };
  };
}

export const pools = {
  piscina,
  "piscina, 100 a worker": () => piscina({ concurrentTasksPerWorker: 100 }),
  tinypool,
  "tinypool, 100 a worker": () => tinypool({ concurrentTasksPerWorker: 100 }),
  workerpool,
  poolifier,
  comlink,
};
