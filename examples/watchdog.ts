// deno run --no-prompt --allow-read=. examples/watchdog.ts
//
// A parser meets a text on which its regular expression runs for ever. Its event
// loop is blocked, so it cannot say so itself: the supervisor sees it from
// outside, names the message, ends the actor and starts another, which takes up
// the mail that was left. The text itself is tried twice, and then set aside.
//
// Look at what the supervisor tells: which method, which message, from whom, and
// for how long. A message that merely waits for something, or an actor that
// waits in a queue, is never taken for a hang.
import { actor, Queue, Supervisor } from "@troupe/troupe";

const parser = actor(
  import.meta,
  class Parser {
    constructor(readonly words: Queue<number>) {}

    async parse(text: string): Promise<void> {
      // Fine with any text but a long one that does not end as it should.
      const isList = /^(\w+\s?)*;$/.test(text);
      await this.words.put(isList ? text.split(/\s/).length : 0);
    }
  },
);

if (import.meta.main) {
  const words = new Queue<number>();
  const texts = [
    "one two;",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
    "a b c;",
  ];

  const sup = new Supervisor({
    maxRestarts: 5,
    liveness: { allowance: 250, action: "restart" },
  });
  const events = sup.events;
  const p = await sup.spawn(parser, [words], { id: "parser" });
  for (const text of texts) await p.tell.parse(text);

  for await (const event of events) {
    if (event.type === "unresponsive") {
      const { method, number, sender } = event.handling;
      console.log(
        `${event.id} is stuck in ${method}(), message ${number} from ${sender}`,
      );
    }
    if (event.type === "quarantined") break;
  }
  console.log("words:", await words.get(), await words.get());
  for (const { method, args, deaths } of sup.quarantine) {
    console.log(
      `set aside after ${deaths.length} deaths: ${method}(`,
      args,
      ")",
    );
  }
  // What spins cannot be stopped on today's Deno, but the program can end.
  await sup.shutdown();
}
