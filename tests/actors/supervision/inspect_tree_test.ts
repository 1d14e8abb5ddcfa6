// The text of a supervision tree, which asks nothing of the actors.
import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { actor, Supervisor } from "../../../mod.ts";
import { soon } from "../../channels/inside.ts";
import { waits } from "../../fixtures/actors/supervised.ts";
import {
  placed,
  Watched,
  watched,
  watchedOf3,
} from "../../fixtures/actors/watched.ts";
import { settledTo } from "../../leaks.ts";
import { listen, take } from "./news.ts";

/** Never started here. */
const unnamed = actor(import.meta, Watched, {
  permissions: { read: ["/prices"], net: true, env: [] },
});

Deno.test("Supervisor.inspect() draws the tree with states, restarts, mailboxes, what is in hand, and rights", async () => {
  await using sup = new Supervisor({ name: "shop", maxRestarts: 3 });
  const stock = new Supervisor({ name: "stock", strategy: "one-for-all" });
  assertEquals(sup.inspect(), "shop · one-for-one · 0 of 0 run");
  const next = listen(sup);
  const { place } = placed();
  const till = await sup.spawn(watched, [place], { id: "till" });
  till.process.terminate();
  await next("restarted");
  await sup.supervise(stock);
  await stock.spawn(watchedOf3, [place], { id: "shelf" });
  await stock.spawn(waits, [], { id: "clock", permissions: "none" });
  await stock.spawn(waits, [], { id: "old" });
  await stock.terminate("old");
  const idle = () => sup.inspect().split("\n").includes(expected[2]!);
  const expected = [
    "shop · one-for-one · 2 of 2 run",
    "├─ till · running · restarts 1 · mailbox 0 of 1024 · idle · no rights",
    "└─ stock · one-for-all · 2 of 3 run · restarts 0",
    "   ├─ shelf · running · restarts 0 · mailbox 0 of 3 · idle · no rights",
    "   ├─ clock · running · restarts 0 · runs waits() · no rights",
    "   └─ old · stopped · restarts 0",
  ];
  assertEquals(await settledTo(idle, true), true);
  assertEquals(sup.inspect().split("\n"), expected);
  assertEquals(
    stock.inspect().split("\n"),
    [expected[2]!.slice("└─ ".length, -" · restarts 0".length)].concat(
      expected.slice(3).map((line) => line.slice(3)),
    ),
  );
  await stock.shutdown();
  assertEquals(sup.inspect().split("\n").slice(2), [
    "└─ stock · one-for-all · ended · stopped · restarts 0",
    "   ├─ shelf · stopped · restarts 0",
    "   ├─ clock · stopped · restarts 0",
    "   └─ old · stopped · restarts 0",
  ]);
});

Deno.test("Supervisor.inspect() shows the rights of each child, and a supervisor by its id as well", async () => {
  await using sup = new Supervisor({ name: "top" });
  const { place } = placed();
  const one = new Supervisor({ name: "named" });
  await sup.supervise(one, { id: "bureau" });
  await one.spawn(unnamed, [place], { id: "all" });
  await one.spawn(unnamed, [place], {
    id: "less",
    permissions: { net: ["127.0.0.1:80", "localhost"] },
  });
  await one.spawn(unnamed, [place], { id: "none", permissions: {} });
  const lines = sup.inspect().split("\n");
  assertEquals(lines.slice(0, 2), [
    "top · one-for-one · 1 of 1 run",
    "└─ bureau = named · one-for-one · 3 of 3 run · restarts 0",
  ]);
  assertEquals(lines.slice(2).map((line) => line.split(" · ").at(-1)), [
    'read: ["/prices"], net: true',
    'net: ["127.0.0.1:80","localhost"]',
    "no rights",
  ]);
});

Deno.test("what is in hand, the mailbox and the silence of a blocked actor are seen, and move, while it is blocked (F14)", async () => {
  await using sup = new Supervisor({
    name: "shop",
    liveness: { allowance: 200 },
  });
  const next = listen(sup);
  const { place, up, words } = placed();
  const child = await sup.spawn(watched, [place], { id: "till" });
  await child.tell.note("first");
  await child.tell.spin("spins");
  await take(up, 1);
  await next("unresponsive");
  const silences = [0];
  for (let depth = 0; depth < 3; depth++) {
    const line = sup.inspect().split("\n")[1]!;
    const found = line.match(/ · silent for (\d+) ms/)!;
    assertEquals(
      line.replace(found[0], ""),
      `└─ till · running · restarts 0 · mailbox ${depth} of 1024 · ` +
        'handles spin(), message 2 from "MainProcess" · no rights',
    );
    assertGreater(Number(found[1]), silences.at(-1)!);
    silences.push(Number(found[1]));
    await child.tell.note("next");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertGreater(silences[1]!, 199);
  words.fixed.value = 1;
  await soon(child.ask.add(1));
  const isIdle = () => / · idle · no rights$/.test(sup.inspect());
  assertEquals(await settledTo(isIdle, true), true);
});

Deno.test("Supervisor.inspect() shows a child that waits to be restarted, one that was stopped, and one that was denied a right", async () => {
  await using sup = new Supervisor({
    name: "s",
    backoff: 60_000,
    maxRestarts: 5,
  });
  const next = listen(sup);
  const { place } = placed();
  const child = await sup.spawn(watched, [place], { id: "a" });
  child.process.terminate();
  await next("restarted");
  const other = await sup.spawn(watched, [place], { id: "b" });
  await other.tell.end("denied");
  await next("denied");
  child.process.terminate();
  await next("restarting");
  assertMatch(sup.inspect(), /^├─ a · restarting · restarts 1$/m);
  await sup.terminate("a");
  assertMatch(sup.inspect(), /^├─ a · stopped · restarts 1$/m);
  assertMatch(sup.inspect(), /^└─ b · denied · restarts 0$/m);
});
