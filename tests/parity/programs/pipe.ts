// One actor that is told how far to count, and answers through a pipe.
import { actor, type Connection, pipe } from "../../../mod.ts";

const count = actor(
  import.meta,
  async function count(end: Connection<number, number>) {
    const rounds = await end.recv();
    for (let n = 0; n < rounds; n++) await end.send(n * n);
    end.close();
  },
);

if (import.meta.main) {
  const [here, there] = pipe<number, number>();
  const counter = count.spawn([there]);
  await here.send(5);
  let total = 0;
  for await (const subtotal of here) {
    total += subtotal;
    console.log("got", subtotal);
  }
  console.log("the other end is closed");
  const { code } = await counter.join();
  console.log("in all:", total, "exit code:", code);
}
