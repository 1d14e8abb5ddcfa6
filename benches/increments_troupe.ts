/**
 * Counting in a `Value` of Troupe's, by actors.
 *
 * @module
 */

import { actor, type Connection, Lock, pipe, Value } from "../mod.ts";
import type { Contender } from "./contender.ts";
import { incrementerBy, incrementRunner, type Span } from "./increment_work.ts";
import { type Said, serve } from "./party.ts";
import { partyOf } from "./troupe_line.ts";

type Form = "runSync" | "acquireSync" | "acquire" | "add" | "add to float64";

type Counter = Value<"int32" | "float64">;

const forms: Record<
  Form,
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

const incrementer = actor(
  import.meta,
  async function incrementer(
    line: Connection<Said<Span>, number>,
    value: Counter,
    form: Form,
  ) {
    const party = incrementerBy((count) => forms[form](value, count));
    for await (const order of line) {
      await serve(party, order, (said) => line.send(said));
    }
  },
);

function contender(form: Form, actors: number): Contender {
  return {
    name: `Troupe, ${form}`,
    open() {
      const type = form === "add to float64" ? "float64" : "int32";
      // What is awaited is the plain lock; a value has a recursive one.
      const lock = form === "acquire" ? new Lock() : true;
      const value: Counter = new Value(type, 0, { lock });
      const started = Array.from({ length: actors }, () => {
        const [line, there] = pipe<number, Said<Span>>();
        return { line, process: incrementer.spawn([there, value, form]) };
      });
      return Promise.resolve(incrementRunner({
        incrementers: started.map(({ line, process }) =>
          partyOf(process, line)
        ),
        set: (number) => value.value = number,
        get: () => value.value,
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
  return [contender("runSync", actors), contender("acquireSync", actors)];
}

/** Troupe's contenders that count without it. */
export function troupeAtomic(actors: number): Contender[] {
  return [contender("add", actors), contender("add to float64", actors)];
}

/** Troupe's contender that counts under the lock, which it awaits. */
export function troupeAwaited(actors: number): Contender {
  return contender("acquire", actors);
}
