// deno run --no-prompt --allow-read=. examples/pipe.ts
//
// The program and one actor, joined by a pipe. The actor is told how far to
// count, and sends back a sub-total at each million.
//
// Look at the type of each end: first what it sends, then what it receives. And
// at the last loop: it ends when the actor has, and all it sent was received.
import { actor, type Connection, pipe } from "@troupe/troupe";

interface Order {
  millions: number;
}

const count = actor(
  import.meta,
  async function count(program: Connection<number, Order>) {
    const { millions } = await program.recv();
    for (let m = 0; m < millions; m++) {
      let subtotal = 0;
      while (subtotal < 1_000_000) subtotal++;
      await program.send(subtotal);
    }
  },
);

if (import.meta.main) {
  const [here, there] = pipe<Order, number>();
  const counter = count.spawn([there]);
  await here.send({ millions: 10 });

  let total = 0;
  for await (const subtotal of here) {
    total += subtotal;
    console.log(`${total.toLocaleString("en")} so far`);
  }
  const exit = await counter.join();
  console.log(
    `${total.toLocaleString("en")} in all; the actor ${exit.reason}`,
  );
}
