// The table of asks without an answer, beside a Map that does the same.
import { assertEquals } from "@std/assert";
import { AskTable } from "../../actors/ask_table.ts";

interface Ask {
  number: number;
}

Deno.test("AskTable finds what was added, by numbers that are never given twice", () => {
  const table = new AskTable<Ask>();
  const model = new Map<number, Ask>();
  const gone: number[] = [];
  let seed = 1;
  const random = (below: number) => {
    seed = seed * 48271 % 0x7fffffff;
    return seed % below;
  };
  let last = 0;
  for (let step = 0; step < 50_000; step++) {
    // Fills to some hundred, and empties again, over and over.
    if (random(100) < (step % 4000 < 2000 ? 60 : 40)) {
      const number = table.next();
      assertEquals(number > last, true);
      last = number;
      const ask = { number };
      table.add(ask);
      model.set(number, ask);
    } else if (model.size > 0) {
      const number = [...model.keys()][random(model.size)]!;
      assertEquals(table.get(number), model.get(number));
      assertEquals(table.delete(number), model.delete(number));
      gone.push(number);
    }
    const old = gone[random(gone.length + 1)];
    if (old !== undefined) {
      assertEquals(table.get(old), undefined);
      assertEquals(table.delete(old), false);
    }
    assertEquals(table.size, model.size);
  }
  assertEquals(table.all(), [...model.values()]);
});

Deno.test("AskTable keeps apart what was numbered before and added after others", () => {
  const table = new AskTable<Ask>();
  const early = { number: table.next() };
  const others = Array.from({ length: 1000 }, () => {
    const ask = { number: table.next() };
    table.add(ask);
    table.delete(ask.number);
    return ask;
  });
  const late = { number: table.next() };
  table.add(late);
  table.add(early);
  assertEquals(table.get(early.number), early);
  assertEquals(table.all(), [early, late]);
  for (const { number } of others) assertEquals(table.get(number), undefined);
});
