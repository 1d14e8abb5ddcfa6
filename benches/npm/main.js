// The peers from npm, run by npm.ts in a folder that has the packages.
//
//   main.js POOL all | one | map CHUNK | first
//
// Each line of standard input is an order, answered by one line of output. At
// the end of the input all workers end.
import process from "node:process";
import { createInterface } from "node:readline";
import { pools } from "./pools.js";

function check(isRight) {
  if (!isRight) throw new Error("The results of the pool are wrong");
}

async function allAtOnce(pool, count) {
  const results = [];
  for (let n = 0; n < count; n++) results.push(pool.call("add", n));
  let sum = 0;
  for (const result of results) sum += await result;
  return sum;
}

async function oneAfterAnother(pool, count) {
  let sum = 0;
  for (let n = 0; n < count; n++) sum += await pool.call("add", n);
  return sum;
}

const summing = (work) => async (pool, count) => {
  const start = performance.now();
  const sum = await work(pool, count);
  const elapsed = performance.now() - start;
  check(sum === count * (count + 1) / 2);
  return elapsed;
};

const mapping = (chunk) => async (pool, count) => {
  const items = Array.from({ length: count }, (_, n) => n);
  const start = performance.now();
  const parts = [];
  for (let at = 0; at < count; at += chunk) {
    parts.push(pool.call("addAll", items.slice(at, at + chunk)));
  }
  const results = (await Promise.all(parts)).flat();
  const elapsed = performance.now() - start;
  check(results.length === count && results.every((n, i) => n === i + 1));
  return elapsed;
};

async function first(make, count) {
  let total = 0;
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    const pool = await make();
    const result = await pool.call("add", n);
    total += performance.now() - start;
    await pool.close();
    check(result === n + 1);
  }
  return total;
}

const [name, work, chunk] = process.argv.slice(2);
const make = await pools[name]();
const pool = work === "first" ? undefined : await make();
const run = {
  all: summing(allAtOnce),
  one: summing(oneAfterAnother),
  map: mapping(Number(chunk)),
}[work];
for await (const line of createInterface({ input: process.stdin })) {
  const { count } = JSON.parse(line);
  const elapsed = await (pool ? run(pool, count) : first(make, count));
  process.stdout.write(JSON.stringify({ elapsed }) + "\n");
}
await pool?.close();
// A worker that is still ending must not keep the program.
process.exit(0);
