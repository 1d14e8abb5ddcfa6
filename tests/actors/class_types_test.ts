/**
 * What the compiler offers of a class actor, and what it refuses. The calls
 * that it refuses would also fail when run, so they are in functions that are
 * never called.
 */

import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  actor,
  type ClassActor,
  type ClassProcess,
  type MethodName,
  Process,
  type Queue,
  type Stream,
  type StreamName,
} from "@troupe/troupe";

class Shop {
  readonly title: string;
  #stock = new Map<string, number>();
  data = 3;
  field = (n: number): string => String(n);
  list = [1];

  constructor(title: string, _orders?: Queue<string>) {
    this.title = title;
  }

  get total(): number {
    return 1;
  }

  /** To the compiler a field that is a function; refused when it is called. */
  get disguised(): () => number {
    return () => 1;
  }

  order(what: string, count?: number): number {
    return this.#stock.get(what) ?? count ?? this.inner() + this.kept();
  }

  async orderLater(what: string): Promise<{ what: string }> {
    return await Promise.resolve({ what });
  }

  all(...names: string[]): string[] {
    return names;
  }

  *lines(path: string): Generator<string, number> {
    yield path;
    return 1;
  }

  async *linesLater(): AsyncGenerator<{ line: string }> {
    yield await Promise.resolve({ line: "" });
  }

  takesFunction(_callback: () => void): void {}

  returnsFunction(): () => number {
    return () => 1;
  }

  *yieldsFunctions(): Generator<() => number> {
    yield () => 1;
  }

  takesHandles(_queue: Queue<number>, _to: ClassProcess<Shop>): void {}

  takesUnknown(value: unknown): unknown {
    return value;
  }

  onStart(): void {}
  onStop(): void {}

  private inner(): number {
    return 1;
  }

  protected kept(): number {
    return 1;
  }
}

const shop = actor(import.meta, Shop);
type P = ClassProcess<Shop>;

Deno.test("actor() takes the types of a class actor from its constructor and its instances", () => {
  assertType<
    IsExact<
      typeof shop,
      ClassActor<[title: string, orders?: Queue<string>], Shop>
    >
  >(true);
  assertType<IsExact<ReturnType<typeof shop.spawn>, P>>(true);
  const p = new Process(shop, { args: ["corner"] });
  assertType<IsExact<typeof p, P>>(true);
  assertEquals(shop.name, "Shop");
});

Deno.test("the compiler offers public methods and function-valued fields that can be sent, and nothing else", () => {
  assertType<
    IsExact<
      MethodName<Shop>,
      | "field"
      | "order"
      | "orderLater"
      | "all"
      | "lines"
      | "linesLater"
      | "takesHandles"
      | "takesUnknown"
      | "disguised"
    >
  >(true);
  assertType<IsExact<StreamName<Shop>, "lines" | "linesLater">>(true);
});

Deno.test("asks give promises of results, streams, and tells promises of nothing", () => {
  type Asks = P["ask"];
  assertType<
    IsExact<
      Asks["order"],
      (what: string, count?: number) => Promise<number>
    >
  >(true);
  assertType<
    IsExact<Asks["orderLater"], (what: string) => Promise<{ what: string }>>
  >(true);
  assertType<IsExact<Asks["all"], (...names: string[]) => Promise<string[]>>>(
    true,
  );
  assertType<IsExact<Asks["field"], (n: number) => Promise<string>>>(true);
  assertType<IsExact<Asks["lines"], (path: string) => Stream<string>>>(true);
  assertType<
    IsExact<Asks["linesLater"], () => Stream<{ line: string }>>
  >(true);
  assertType<
    IsExact<
      P["tell"]["order"],
      (what: string, count?: number) => Promise<void>
    >
  >(true);
});

/** Never called: what it holds must not compile. */
export function refused(p: P) {
  // @ts-expect-error: an argument of the wrong type
  p.ask.order(3);
  // @ts-expect-error: a missing argument
  p.ask.order();
  // @ts-expect-error: too many arguments
  p.ask.order("bread", 1, 2);
  // @ts-expect-error: the same with options
  p.ask({ timeout: 100 }).order(3);
  // @ts-expect-error: a wrong use of the answer
  p.ask.order("bread").then((text: string) => text);
  // @ts-expect-error: a method that there is not
  p.ask.noSuch();
  // @ts-expect-error: a private method
  p.ask.inner();
  // @ts-expect-error: a protected method
  p.ask.kept();
  // @ts-expect-error: a getter
  p.ask.total();
  // @ts-expect-error: a field
  p.ask.data();
  // @ts-expect-error: a method that takes a function
  p.ask.takesFunction(() => {});
  // @ts-expect-error: a method that returns one
  p.ask.returnsFunction();
  // @ts-expect-error: a stream of functions
  p.ask.yieldsFunctions();
  // @ts-expect-error: hooks are for Troupe alone
  p.ask.onStart();
  // @ts-expect-error: hooks are for Troupe alone
  p.tell.onStop();
  // @ts-expect-error: nobody would read a stream that is told
  p.tell.lines("path");
  // @ts-expect-error: a stream is no promise
  p.ask.lines("path").then();
  // @ts-expect-error: an option that there is not
  p.ask({ timeuot: 100 });
  // @ts-expect-error: a tell waits for room, not for a restart
  p.tell({ whenRestarted: "wait" });
  // @ts-expect-error: no such way
  p.ask({ whenRestarted: "perhaps" });
  // @ts-expect-error: a handle of another class
  shop.spawn(["corner"]).ask.takesHandles({} as Queue<number>, {} as Process);
  // @ts-expect-error: an argument of the wrong type for the constructor
  shop.spawn([3]);
  // @ts-expect-error: a missing one
  shop.spawn();
  // @ts-expect-error: the same for new Process
  new Process(shop, { args: [3] });
  // @ts-expect-error: a function actor has no mailbox
  actor(import.meta, function f() {}, { mailbox: { capacity: 3 } });
  // @ts-expect-error: no such policy
  actor(import.meta, class A {}, { mailbox: { whenFull: "drop" } });
  actor(
    import.meta,
    // @ts-expect-error: takes a function
    class B {
      constructor(_callback: () => void) {}
    },
  );
  actor(
    import.meta,
    // @ts-expect-error: then
    class C {
      then() {}
    },
  );
  abstract class D {}
  // @ts-expect-error: nothing can be made of it
  actor(import.meta, D);
}

/** Never called: what it holds must compile. */
export async function accepted(p: P) {
  shop.spawn(["corner"], { name: "corner", permissions: "none" });
  await p.ask.order("bread");
  await p.ask({ timeout: 100, signal: AbortSignal.abort() }).order("bread", 2);
  for await (const line of p.ask.lines("path")) line.toUpperCase();
  await using _stream = p.ask.linesLater();
  await p.tell({ timeout: 100 }).order("bread");
  await p.ask.takesHandles({} as Queue<number>, p);
  const process: Process<void> = p;
  await process.join();
  actor(import.meta, class E {}, {
    mailbox: { capacity: 3, whenFull: "fail" },
    reentrant: true,
    whenAskThrows: "end",
  });
}
