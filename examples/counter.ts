// deno run --no-prompt --allow-read=. examples/counter.ts
//
// The smallest actor that answers: a class. Its instance lives in a thread of
// its own, and its methods are called by messages, one after the other.
//
// Look at the types: `ask.add` takes a number and promises one, because the
// class says so; `ask.ad` or `ask.add("2")` do not compile, and `#n` is nobody
// else's.
import { actor } from "@troupe/troupe";

const counter = actor(
  import.meta,
  class Counter {
    #n = 0;

    add(k: number): number {
      return this.#n += k;
    }

    *countdown(): Generator<number> {
      while (this.#n > 0) yield this.#n--;
    }
  },
);

if (import.meta.main) {
  await using c = counter.spawn([], { name: "counter" });

  console.log("ask 1:", await c.ask.add(1)); // waits for the answer
  await c.tell.add(1); // waits only until the mailbox has the message
  console.log("ask 0:", await c.ask({ timeout: 1000 }).add(0));

  // A generator method streams, no faster than it is read.
  for await (const n of c.ask.countdown()) console.log("countdown:", n);

  const { handled, depth } = c.mailboxStats();
  console.log(`${handled} messages were handled, ${depth} wait`);
}
