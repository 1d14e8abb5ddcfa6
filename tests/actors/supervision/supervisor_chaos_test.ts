// What holds whatever happens at whatever moment: ends of several children at
// once, calls that do not wait for each other, restarts that wait, real threads.
// See seeded.ts for how a failure is repeated.
import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Queue } from "@troupe/troupe";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import type { Child } from "../../../actors/supervision/child.ts";
import type { SupervisorEvent } from "../../../actors/supervision/supervisor_events.ts";
import { obeys, type Order } from "../../fixtures/actors/supervised.ts";
import { assertNoThreads } from "../../leaks.ts";
import { stress } from "../../channels/seeded.ts";
import { FakeSupervision, settled } from "./fake_children.ts";

/** What should be said of a child in the end, by what was done to it last. */
type Fate = "running" | "stopped" | "any";

stress(
  "with delays, ends and calls at any moment each child has one life or none",
  async (round) => {
    const strategy = round.of("one-for-one", "one-for-all", "rest-for-one");
    const sup = new FakeSupervision({
      strategy,
      maxRestarts: Infinity,
      backoff: { initial: 10, max: 80, factor: 2, jitter: 0, quiet: 500 },
    });
    const { supervision, world } = sup;
    const fates = new Map<string, Fate>();
    const calls: Promise<unknown>[] = [];
    /** Not waited for; some are refused, which is right. */
    const call = (one: Promise<unknown>) => calls.push(one.catch(() => {}));
    let ids = 0;
    const add = async () => {
      const id = `c${ids++}`;
      fates.set(id, "running");
      await sup.add(id);
    };
    for (let n = 1 + round.below(5); n > 0; n--) await add();

    for (let steps = 0; steps < 40; steps++) {
      const id = round.of(...sup.origins.keys());
      const origin = sup.origins.get(id)!;
      switch (round.below(8)) {
        case 0:
        case 1:
        case 2:
          origin.lives.at(-1)?.end(round.of("throws", "returns", "exits 3"));
          break;
        case 3:
          sup.failNext(id, 1 + round.below(2));
          break;
        case 4:
          call(supervision.terminate(id));
          // The restart of a group starts it again.
          fates.set(id, strategy === "one-for-one" ? "stopped" : "any");
          break;
        case 5:
          call(supervision.restart(id));
          if (fates.get(id) === "stopped") fates.set(id, "any");
          break;
        case 6:
          call(add());
          break;
        default:
          await world.pass(round.of(5, 20, 100));
      }
      if (round.random() < 0.5) await settled();
      for (const { lives } of sup.origins.values()) {
        assert(lives.filter(({ isAlive }) => isAlive).length <= 1, "two lives");
      }
    }
    await world.pass(100_000);
    await Promise.all(calls);
    await world.pass(100_000);
    assertEquals(world.pending, 0);
    for (const { id, state } of supervision.children.all) {
      const fate = fates.get(id)!;
      if (fate === "any") assert(state !== "restarting", `${id} ${state}`);
      else assertEquals(state, fate, id);
      const isAlive = sup.origins.get(id)!.life.isAlive;
      assertEquals(isAlive, state === "running");
    }
    const order = supervision.children.all
      .filter(({ state }) => state === "running").map(({ id }) => `-${id}`);
    sup.news();
    await supervision.life.shutdown(Infinity);
    assertEquals(sup.log, order.reverse());
  },
);

stress(
  "real actors that end in random ways are restarted as their supervisor says",
  async (round) => {
    const strategy = round.of("one-for-one", "one-for-all", "rest-for-one");
    const sup = round.use(new Supervisor({ strategy, maxRestarts: Infinity }));
    const events: SupervisorEvent[] = [];
    let wake = () => {};
    const reading = (async () => {
      for await (const event of sup.events) {
        events.push(event);
        wake();
      }
    })();
    /** Waits for the next event that `is` it, and forgets those up to it. */
    const until = async (is: (event: SupervisorEvent) => boolean) => {
      for (;;) {
        const at = events.findIndex(is);
        if (at >= 0) return events.splice(0, at + 1);
        await deadline(new Promise<void>((resolve) => wake = resolve), 10_000);
      }
    };
    const started = new Queue<string>();
    const orders: Queue<Order>[] = [];
    const children: Child<string>[] = [];
    for (const id of ["a", "b", "c"]) {
      const queue = new Queue<Order>();
      orders.push(queue);
      children.push(await sup.spawn(obeys, [started, queue], { id }));
    }
    for (let n = 0; n < 5; n++) {
      const at = round.below(3);
      const before = children.map(({ process }) => process);
      const how = round.of("throw", "return", "exit 0", "exit 3", "terminate");
      if (how === "terminate") before[at]!.terminate();
      else orders[at]!.tryPut(how);
      const group = strategy === "one-for-one"
        ? [at]
        : strategy === "rest-for-one"
        ? [0, 1, 2].slice(at)
        : [0, 1, 2];
      const last = children[group.at(-1)!]!.id;
      const news = await until(({ type, ...event }) =>
        type === "restarted" && "id" in event && event.id === last
      );
      const told = (type: SupervisorEvent["type"]) =>
        news.flatMap((event) =>
          event.type === type && "id" in event ? [event.id] : []
        );
      const ids = group.map((index) => children[index]!.id);
      assertEquals(told("exited"), [children[at]!.id]);
      assertEquals(
        told("stopped"),
        ids.filter((id) => id !== children[at]!.id).reverse(),
      );
      assertEquals(told("restarted"), ids);
      for (const [index, child] of children.entries()) {
        assert(child.isAlive());
        assertEquals(child.process !== before[index], group.includes(index));
      }
    }
    const report = await sup.shutdown();
    assertEquals(report.children.map(({ id }) => id), ["c", "b", "a"]);
    await reading;
    await assertNoThreads();
  },
);
