// Spares: threads that are there before the actor is.
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { HOST_URL } from "../../actors/host.ts";
import { workerPermissions } from "../../actors/permissions.ts";
import {
  letSparesGo,
  spareCount,
  warmSpareCount,
} from "../../actors/spares.ts";
import {
  type SpareMessage,
  SpareState,
  trampolineUrl,
} from "../../actors/_trampoline.ts";
import { actor, ModuleLoadError } from "../../mod.ts";
import { type Found, looks, starts } from "../fixtures/actors/spares.ts";
import { runProgram } from "../fixtures/program.ts";
import { soon } from "../channels/inside.ts";
import { assertNoThreads, settledTo, threadCount } from "../leaks.ts";

const linux = { ignore: Deno.build.os !== "linux" };

/** Longer than the starts of one burst lie apart, in ms. */
const GAP = 260;

/** Spares are made when the event loop is idle, and may load slowly. */
const PATIENT = { timeout: 20_000 };

function aWhile(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Starts an actor with the right to read one variable. */
function start(variable = "SPARE_A", name?: string) {
  return looks.spawn([], { name, permissions: { env: [variable] } });
}

/** Starts actors of one kind at once, and waits for what they find. */
function burst(count: number, variable?: string): Promise<Found[]> {
  const all = Array.from({ length: count }, () => start(variable));
  return soon(Promise.all(all.map((process) => process.result())));
}

/** Waits until so many spares are warm; fails if there are others. */
async function warm(count: number): Promise<void> {
  assertEquals(await settledTo(warmSpareCount, count, PATIENT), count);
  assertEquals(spareCount(), count);
}

/** Sees to it that so many spares are there, and warm. */
async function withSpares(count: number): Promise<void> {
  if (warmSpareCount() === count && spareCount() === count) return;
  letSparesGo();
  await burst(count);
  await aWhile(GAP);
  await burst(count);
  await warm(count);
}

Deno.test("what is started in one burst gets no spares; in a second one, as many as came twice", async () => {
  letSparesGo();
  await burst(3);
  await aWhile(GAP);
  assertEquals(spareCount(), 0);
  await burst(2);
  await warm(2);
  letSparesGo();
  assertEquals([spareCount(), warmSpareCount()], [0, 0]);
  await assertNoThreads();
});

Deno.test("a start takes a warm spare, and another takes its place", async () => {
  await withSpares(1);
  const process = start();
  assertEquals(spareCount(), 0);
  await soon(process.result());
  await warm(1);
});

Deno.test("a start with other rights takes no spare, and gets those rights", async () => {
  await withSpares(1);
  const other = start("SPARE_B");
  assertEquals(spareCount(), 1);
  const { mayRead, mayMore } = await soon(other.result());
  assertEquals([mayRead, mayMore], [["SPARE_B"], false]);
});

Deno.test("an actor that an actor starts takes no spare", async () => {
  await withSpares(1);
  const found = await soon(starts.spawn().result());
  assertEquals([found.mayRead, found.visits], [["SPARE_A"], 1]);
  assertEquals(spareCount(), 1);
});

Deno.test("an actor that was declared since takes no old spare, and the old ones are replaced", async () => {
  await withSpares(1);
  const { declaredLate } = await import("../fixtures/actors/declared_late.ts");
  const process = declaredLate.spawn();
  assertEquals(spareCount(), 1);
  assertEquals(await soon(process.result()), "granted");
  // The old one goes, and the new one has to load first, which may be over
  // between two looks.
  await settledTo(warmSpareCount, 0, { timeout: 2000 });
  await warm(1);
  const next = declaredLate.spawn();
  assertEquals(spareCount(), 0);
  assertEquals(await soon(next.result()), "granted");
});

Deno.test("actors in spares, and those for which there is none, have their own names and rights, and fresh modules", async () => {
  await withSpares(2);
  const names = ["first", "second", "third"];
  const all = names.map((name) => start("SPARE_A", name));
  assertEquals(spareCount(), 0);
  const found = await soon(Promise.all(all.map((one) => one.result())));
  assertEquals(
    found,
    names.map((name) => ({
      names: [name, name],
      mayRead: ["SPARE_A"],
      mayMore: false,
      visits: 1,
    })),
  );
});

Deno.test("a module that cannot be loaded harms only its own actors", async () => {
  const permissions = { env: ["SPARE_A"] };
  const lost = [
    new URL("../fixtures/broken/syntax.ts", import.meta.url).href,
    new URL("no_such_module.ts", import.meta.url).href,
  ].map((url) =>
    actor({ url } as ImportMeta, function lost() {}, { permissions })
  );
  letSparesGo();
  await withSpares(1);
  const process = start();
  assertEquals(spareCount(), 0);
  assertEquals((await soon(process.result())).visits, 1);
  for (const one of lost) {
    await warm(1);
    const process = one.spawn();
    assertEquals(spareCount(), 0);
    await assertRejects(() => soon(process.result()), ModuleLoadError);
  }
});

const library = import.meta.resolve("../../actors/spares.ts");

/** A program that has started an actor twice, and then does this. */
function program(then: string): string {
  return `
    import { actor } from "@troupe/troupe";
    import { spareCount, warmSpareCount } from ${JSON.stringify(library)};
    export const greets = actor(import.meta, function greets() {
      return "hello";
    });
    const aWhile = (ms: number) => new Promise((done) => setTimeout(done, ms));
    if (import.meta.main) {
      console.log(await greets.spawn().result());
      await aWhile(${GAP});
      console.log(await greets.spawn().result());
      ${then}
    }
  `;
}

/** Starts two more, and tells how many spares each has taken. */
const takesTwo = `
  for (let n = 0; n < 2; n++) {
    while (warmSpareCount() === 0) await aWhile(5);
    const before = spareCount();
    const process = greets.spawn();
    console.log(before - spareCount(), await process.result());
  }
`;

Deno.test("a program that starts actors again and again takes spares, and ends as if there were none", async () => {
  const isWarm = "while (warmSpareCount() === 0) await aWhile(5);";
  const isMade = "while (spareCount() === 0) await aWhile(1);";
  const ends: [then: string, code: number, said?: string][] = [
    ["", 0],
    [isMade, 0],
    [`${isWarm} Deno.exit(3);`, 3],
    [`${isMade} throw new Error("the end");`, 1],
    [takesTwo, 0, "\n1 hello\n1 hello"],
  ];
  await Promise.all(ends.map(async ([then, code, said = ""]) => {
    const { stdout, stderr, ...ran } = await runProgram(program(then));
    assertEquals([stdout, ran.code], [`hello\nhello${said}`, code], stderr);
    assertLess(ran.ms, 15_000);
  }));
});

/** A spare that nobody keeps for its use. */
class Spare implements Disposable {
  readonly worker: Worker;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));

  constructor(patience: number) {
    const url = trampolineUrl({ host: HOST_URL, modules: [], isSpare: true });
    this.worker = new Worker(url, {
      type: "module",
      ...workerPermissions("none"),
    });
    const message: SpareMessage = { state: this.#state.buffer, patience };
    this.worker.postMessage(message);
  }

  get state(): number {
    return Atomics.load(this.#state, 0);
  }

  /** Takes it, if it is warm. */
  take(): boolean {
    const { warm, taken } = SpareState;
    return Atomics.compareExchange(this.#state, 0, warm, taken) === warm;
  }

  async is(state: number): Promise<void> {
    assertEquals(await settledTo(() => this.state, state, PATIENT), state);
  }

  [Symbol.dispose](): void {
    this.worker.terminate();
  }
}

Deno.test(
  "a spare that nobody takes goes by itself; one that was taken does not",
  linux,
  async () => {
    letSparesGo();
    await assertNoThreads();
    using left = new Spare(1000);
    using taken = new Spare(1000);
    await left.is(SpareState.warm);
    await taken.is(SpareState.warm);
    assert(taken.take());
    await left.is(SpareState.gone);
    assertEquals([left.take(), left.state], [false, SpareState.gone]);
    await aWhile(50);
    assertEquals(taken.state, SpareState.taken);
    assertEquals(await settledTo(threadCount, 1), 1);
  },
);

Deno.test("a spare goes while it loads, too", linux, async () => {
  using spare = new Spare(0);
  await spare.is(SpareState.gone);
  await assertNoThreads();
  assertEquals(spare.state, SpareState.gone);
});

Deno.test(
  "a spare that goes as it is taken does one of the two",
  linux,
  async () => {
    await assertNoThreads();
    const spares = Array.from({ length: 6 }, (_, n) => new Spare(350 + 2 * n));
    const taken = new Set<Spare>();
    const open = new Set(spares);
    while (open.size > 0) {
      for (const spare of open) {
        if (spare.state === SpareState.gone) open.delete(spare);
        // When its time is about over, for the others as for the first.
        const isLast = open.size < spares.length;
        if (isLast && spare.take()) {
          open.delete(spare);
          taken.add(spare);
        }
      }
      await aWhile(0);
    }
    assertEquals(await settledTo(() => threadCount(), taken.size), taken.size);
    for (const spare of spares) {
      const { gone, taken: kept } = SpareState;
      assertEquals(spare.state, taken.has(spare) ? kept : gone);
      spare.worker.terminate();
    }
    await assertNoThreads();
  },
);
