/**
 * What Troupe does: for each behaviour its number and what was seen, as JSON. The
 * same as `behaviours.py`.
 *
 * @module
 */
import {
  activeProcesses,
  actor,
  asCompleted,
  Barrier,
  type Connection,
  currentProcess,
  EventFlag,
  Lock,
  pipe,
  Process,
  ProcessPool,
  Queue,
  RecursiveLock,
  Semaphore,
  SharedArray,
  SharedBytes,
  SharedMap,
  SharedStruct,
  Value,
  wait,
} from "../../mod.ts";

const TIME = 20_000; // ms, for what takes a moment
const MOMENT = 300; // ms, for what is to take for ever

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const nothing = actor(import.meta, function nothing() {});

const sleepOn = actor(import.meta, async function sleepOn() {
  await pause(3_600_000);
});

const leave = actor(import.meta, function leave(code: number) {
  Deno.exit(code);
});

const tellName = actor(import.meta, function tellName() {
  return currentProcess().name;
});

const startAnother = actor(
  import.meta,
  async function startAnother() {
    return await tellName.spawn().result();
  },
  // For its child's thread, which loads this file and Troupe's own.
  { permissions: { read: [new URL("../../", import.meta.url)] } },
);

const append = actor(import.meta, function append(items: number[]) {
  items.push(1);
});

const add = actor(
  import.meta,
  function add(number: Value<"i">, times: number) {
    for (let n = 0; n < times; n++) {
      number.lock.runSync(() => number.value += 1);
    }
  },
);

const fail = actor(import.meta, function fail(text: string) {
  throw new RangeError(text);
});

const double = actor(import.meta, function double(n: number) {
  return 2 * n;
});

const sleepFor = actor(import.meta, async function sleepFor(ms: number) {
  await pause(ms);
});

const hold = actor(
  import.meta,
  async function hold(lock: Lock, ready: EventFlag) {
    await lock.acquire();
    ready.set();
    await pause(3_600_000);
  },
);

const take = actor(import.meta, async function take(items: Queue<string>) {
  await items.get();
});

const putAll = actor(
  import.meta,
  async function putAll(items: Queue<number>, count: number) {
    for (let n = 0; n < count; n++) await items.put(n);
  },
);

const putMuch = actor(
  import.meta,
  async function putMuch(items: Queue<Uint8Array>) {
    await items.put(new Uint8Array(10_000_000));
  },
);

const meet = actor(import.meta, async function meet(barrier: Barrier) {
  return await barrier.wait();
});

const move = actor(
  import.meta,
  function move(
    point: SharedStruct<{ x: "i"; y: "i" }>,
    sums: SharedArray<"d">,
  ) {
    point.fields.x += 5;
    sums.set(0, sums.get(0) + 0.5);
  },
);

const change = actor(import.meta, function change(text: SharedBytes) {
  text.bytes[0] = "j".charCodeAt(0);
});

const note = actor(
  import.meta,
  function note(found: SharedMap<number | number[]>) {
    found.set("count", 1);
    (found.get("list") as number[]).push(1);
  },
);

const sendAndSleep = actor(
  import.meta,
  async function sendAndSleep(end: Connection<string, never>) {
    await end.send("hello");
    await pause(3_600_000);
  },
);

/** What a call throws, by its name. */
async function errorOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as Error).name;
  }
  return "no error";
}

async function end(process: Process): Promise<void> {
  process.terminate();
  await process.join({ timeout: TIME });
}

const probes: Record<string, () => unknown> = {
  P1() {
    const process = new Process(nothing);
    return [process.isAlive(), process.exitCode];
  },
  async P3() {
    const process = nothing.spawn();
    await process.join();
    return await errorOf(() => process.start());
  },
  P5: () => errorOf(() => new Process(nothing).terminate()),
  async P9() {
    const process = nothing.spawn();
    await process.join();
    await process.join();
    return process.exitCode;
  },
  async P10() {
    const process = nothing.spawn();
    await process.join();
    return [process.exitCode, process.isAlive()];
  },
  async P12() {
    return (await leave.spawn([7]).join()).code;
  },
  async P15() {
    const process = nothing.spawn();
    await process.join();
    process.terminate();
    return process.exitCode;
  },
  async P16() {
    const process = sleepOn.spawn();
    const whileAlive = activeProcesses().length;
    await end(process);
    return [whileAlive, activeProcesses().length, process.exitCode];
  },
  P20: () => currentProcess().parent ?? null,
  async N1() {
    const first = new Process(nothing), second = new Process(nothing);
    await second.start().join();
    const number = Number(first.name.split("-")[1]);
    return [
      first.name === `Process-${number}`,
      second.name === `Process-${number + 1}`,
    ];
  },
  async N2() {
    const parent = startAnother.spawn();
    return await parent.result() === `${parent.name}:1`;
  },
  async E4() {
    await using pool = new ProcessPool({ workers: 1 });
    const running = pool.submit(sleepFor, [MOMENT]);
    while (!running.running) await pause(1);
    const pending = Array.from(
      { length: 8 },
      (_, n) => pool.submit(double, [n]),
    );
    const last = pending.at(-1)!;
    return [running.cancel(), last.cancel(), last.cancel(), last.cancelled];
  },
  async E9() {
    await using pool = new ProcessPool({ workers: 1 });
    const error = await pool.submit(fail, ["no"]).exception() as Error;
    return [error.name, (error.cause as Error).message];
  },
  E14: () => errorOf(() => new ProcessPool({ workers: 0 })),
  async E23() {
    await using pool = new ProcessPool({ workers: 1 });
    const died = await errorOf(() => pool.submit(leave, [3]).result());
    const later = await errorOf(() => pool.submit(double, [2]).result());
    return [died, later];
  },
  async A3() {
    await using pool = new ProcessPool({ workers: 2 });
    const done = [pool.submit(double, [1]), pool.submit(double, [2])];
    await wait(done);
    const futures = [...done, pool.submit(sleepFor, [2 * MOMENT])];
    try {
      for await (const _ of asCompleted(futures, { timeout: MOMENT / 2 }));
      return "no error";
    } catch (error) {
      return (error as Error).message;
    }
  },
  async S1() {
    const items: number[] = [];
    await append.spawn([items]).join();
    return items.length;
  },
  S5() {
    const number = new Value("i", 2 ** 31 - 1);
    return errorOf(() => number.value += 1);
  },
  S6: () => errorOf(() => new Value("i", "text" as unknown as number)),
  async S8() {
    const text = new SharedBytes("hello");
    const refused = await errorOf(() => change.spawn([text]).result());
    return refused === "no error" ? text.text : refused;
  },
  async S11() {
    const number = new Value("i", 0);
    const adders = [1, 2, 3, 4].map(() => add.spawn([number, 1000]));
    for (const adder of adders) await adder.join();
    return number.value;
  },
  async S12() {
    const point = new SharedStruct({ x: "i", y: "i" }, { x: 1, y: 2 });
    const sums = new SharedArray("d", 2);
    const refused = await errorOf(() => move.spawn([point, sums]).result());
    if (refused !== "no error") return refused;
    return [point.get("x"), point.get("y"), sums.get(0)];
  },
  S15() {
    const lock = new RecursiveLock();
    return [1, 2].map(() => lock.tryAcquire() !== undefined);
  },
  async S16() {
    const semaphore = new Semaphore(1);
    await semaphore.acquire();
    return await errorOf(() => semaphore.acquire({ timeout: 50 }));
  },
  async S21() {
    const barrier = new Barrier(3);
    const parties = [1, 2, 3].map(() => meet.spawn([barrier]));
    return (await Promise.all(parties.map((one) => one.result()))).sort();
  },
  async S23() {
    const found = new SharedMap<number | number[]>();
    found.set("list", []);
    await note.spawn([found]).join();
    return [found.get("count"), (found.get("list") as number[]).length];
  },
  async S25() {
    const lock = new Lock(), ready = new EventFlag();
    const holder = hold.spawn([lock, ready]);
    await ready.wait({ timeout: TIME });
    await end(holder);
    const { abandoned } = await lock.acquire({ timeout: MOMENT });
    return abandoned ? "acquired, and told" : "acquired";
  },
  async Q1() {
    const items = new Queue<number>();
    const producer = putAll.spawn([items, 100]);
    const found = [];
    for (let n = 0; n < 100; n++) found.push(await items.get());
    await producer.join();
    return found.every((item, n) => item === n);
  },
  Q4: () => errorOf(() => new Queue().get({ timeout: 50 })),
  async Q14() {
    const items = new Queue<unknown>();
    const refused = await errorOf(() => items.put((() => 1) as never));
    await items.put("next");
    return [refused, await items.get()];
  },
  async Q16() {
    const items = new Queue<string>();
    await items.put("early");
    return (await take.spawn([items]).join()).code;
  },
  async Q17() {
    const items = new Queue<string>();
    const consumer = take.spawn([items]);
    await consumer.ready();
    await pause(MOMENT);
    await end(consumer);
    await items.put("for another");
    return await items.get({ timeout: MOMENT });
  },
  async X1() {
    const items = new Queue<Uint8Array>();
    const producer = putMuch.spawn([items]);
    const exit = await producer.join({ timeout: TIME });
    const item = await items.get() as Uint8Array;
    return [exit ? "joined" : "waits for a reader", item.length];
  },
  async X2() {
    const items = new Queue<string>();
    await items.put("unread");
    items.close({ discard: true });
    return await errorOf(() => items.get()) === "QueueClosedError"
      ? "yes"
      : "no";
  },
  async C7() {
    const [here, there] = pipe<string, never>();
    there.close();
    return await errorOf(() => here.send("hello"));
  },
  async C8() {
    const [here] = pipe<string, never>();
    here.close();
    return await errorOf(() => here.send("hello"));
  },
  async C10() {
    const [here, there] = pipe();
    there.close();
    return await here.poll({ timeout: MOMENT });
  },
  async C22() {
    const [here, there] = pipe<never, string>();
    const sender = sendAndSleep.spawn([there]);
    const first = await here.recv();
    await end(sender);
    return [first, await errorOf(() => here.recv())];
  },
};

if (import.meta.main) {
  for (const [number, probe] of Object.entries(probes)) {
    console.log(JSON.stringify([number, await probe()]));
  }
}
