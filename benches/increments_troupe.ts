/**
 * Counting in what Troupe's actors share.
 *
 * @module
 */

import {
  actor,
  type Connection,
  Lock,
  pipe,
  SharedArray,
  Value,
} from "../mod.ts";
import type { Contender } from "./contender.ts";
import { incrementerBy, incrementRunner, type Span } from "./increment_work.ts";
import { type Said, serve } from "./party.ts";
import { partyOf } from "./troupe_line.ts";

type Form =
  | "runSync"
  | "runSync, view"
  | "acquireSync"
  | "acquire"
  | "add"
  | "add to float64";

type Counter = Value<"int32" | "float64">;

/** Counts in plain memory, as Python's `Value` is under its lock. */
type Counters = SharedArray<"int32">;

const forms: Record<
  Exclude<Form, "runSync, view">,
  (value: Counter, count: number) => Promise<void> | void
> = {
  "runSync"(value, count) {
    for (let i = 0; i < count; i++) {
      value.lock.runSync(() => {
        value.value += 1;
      });
    }
  },
  "acquireSync"(value, count) {
    for (let i = 0; i < count; i++) {
      const guard = value.lock.acquireSync();
      value.value += 1;
      guard.release();
    }
  },
  async "acquire"(value, count) {
    for (let i = 0; i < count; i++) {
      const guard = await value.lock.acquire();
      value.value += 1;
      guard.release();
    }
  },
  "add": add,
  "add to float64": add,
};

function add(value: Counter, count: number): void {
  for (let i = 0; i < count; i++) value.add(1);
}

function countInView(array: Counters, count: number): void {
  for (let i = 0; i < count; i++) {
    array.lock.runSync(() => {
      array.view[0]! += 1;
    });
  }
}

const incrementer = actor(
  import.meta,
  async function incrementer(
    line: Connection<Said<Span>, number>,
    counter: Counter | Counters,
    form: Form,
  ) {
    const party = incrementerBy((count) =>
      form === "runSync, view"
        ? countInView(counter as Counters, count)
        : forms[form](counter as Counter, count)
    );
    for await (const order of line) {
      await serve(party, order, (said) => line.send(said));
    }
  },
);

/** What actors count in, and how to read and to set it. */
interface Counting {
  readonly counter: Counter | Counters;
  get(): number;
  set(number: number): void;
}

function inArray(): Counting {
  const counter = new SharedArray("int32", 1);
  return {
    counter,
    get: () => counter.get(0),
    set: (number) => counter.set(0, number),
  };
}

function inValue(form: Form): Counting {
  const type = form === "add to float64" ? "float64" : "int32";
  // What is awaited is the plain lock; a value has a recursive one.
  const lock = form === "acquire" ? new Lock() : true;
  const counter: Counter = new Value(type, 0, { lock });
  return {
    counter,
    get: () => counter.value,
    set: (number) => counter.value = number,
  };
}

function contender(form: Form, actors: number): Contender {
  return {
    name: `Troupe, ${form}`,
    open() {
      const { counter, get, set } = form === "runSync, view"
        ? inArray()
        : inValue(form);
      const started = Array.from({ length: actors }, () => {
        const [line, there] = pipe<number, Said<Span>>();
        return { line, process: incrementer.spawn([there, counter, form]) };
      });
      return Promise.resolve(incrementRunner({
        incrementers: started.map(({ line, process }) =>
          partyOf(process, line)
        ),
        get,
        set,
        async close() {
          for (const { line, process } of started) {
            line.close();
            await process.join();
          }
        },
      }));
    },
  };
}

/** Troupe's contenders that count under the lock. */
export function troupeLocked(actors: number): Contender[] {
  const forms: Form[] = ["runSync", "acquireSync", "runSync, view"];
  return forms.map((form) => contender(form, actors));
}

/** Troupe's contenders that count without it. */
export function troupeAtomic(actors: number): Contender[] {
  return [contender("add", actors), contender("add to float64", actors)];
}

/** Troupe's contender that counts under the lock, which it awaits. */
export function troupeAwaited(actors: number): Contender {
  return contender("acquire", actors);
}
