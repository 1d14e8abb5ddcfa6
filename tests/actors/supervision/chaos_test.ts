// Trees of class actors under clients that do not wait for each other, while
// actors die, are stopped and started, and the tree is shut down. See seeded.ts
// for how a failure is repeated.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import {
  ActorExitedError,
  type ClassChild,
  Queue,
  type RestartKind,
  Supervisor,
} from "../../../mod.ts";
import { soon as soonly } from "../../channels/inside.ts";
import type { Chance } from "../../channels/chance.ts";
import { stress } from "../../channels/seeded.ts";
import {
  type ChaosWay,
  type Chaotic,
  chaotic,
  type Entry,
  sendAtRandom,
  sends,
  type Sent,
} from "../../fixtures/actors/chaos.ts";
import { assertNoThreads } from "../../leaks.ts";
import { drain } from "./news.ts";

type Kid = ClassChild<Chaotic>;

let explain = (): string => "";

/** Waits, but not for ever; and if so, says what hangs and how it looks. */
async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  try {
    return await soonly(promise, 15_000);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Error(`${what} hangs:\n${explain()}`);
  }
}

/** The pause between two blows, in ms. */
function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Does something to one child; what is refused then is right. */
function strike(chance: Chance, sup: Supervisor, kid: Kid): Promise<unknown> {
  const refused = () => undefined;
  switch (chance.below(5)) {
    case 0:
      kid.process.terminate();
      return Promise.resolve();
    case 1: {
      const way = chance.of<ChaosWay>("throw", "exit 0", "exit 3", "later");
      return kid.tell({ timeout: 500 }).die(way).catch(refused);
    }
    case 2: {
      const way = chance.of<ChaosWay>("exit 3", "later");
      const whenRestarted = chance.of<"fail" | "wait">("fail", "wait");
      kid.ask({ whenRestarted, timeout: 2000 }).die(way).catch(refused);
      return Promise.resolve();
    }
    case 3:
      return sup.terminate(kid.id).catch(refused);
    default:
      return sup.restart(kid.id).catch(refused);
  }
}

/** Fails unless what was handled is what was told, in its order. */
function checkLog(
  log: readonly Entry[],
  told: ReadonlyMap<number, readonly number[]>,
): number {
  let missing = 0;
  for (const [by, numbers] of told) {
    const handled = log.filter(([from]) => from === by).map(([, n]) => n);
    let last = -1;
    const seen = new Set<number>();
    for (const n of handled) {
      // The one in hand at a death may have been handled twice.
      assert(n >= last, `${n} of ${by} came after ${last}`);
      last = n;
      seen.add(n);
    }
    missing += numbers.filter((n) => !seen.has(n)).length;
  }
  return missing;
}

stress(
  "whatever dies, every ask settles, tells keep their order, and nothing is left",
  async (round) => {
    const strategy = round.of("one-for-one", "one-for-all", "rest-for-one");
    const options = {
      strategy,
      maxRestarts: Infinity,
      quarantineAfter: round.of(1, 2, 3),
      backoff: round.random() < 0.5 ? { initial: 5, max: 20 } : undefined,
    } as const;
    const sup = round.use(new Supervisor(options));
    // One of them may be under a supervisor below.
    const inner = new Supervisor(options);
    if (round.random() < 0.5) await sup.supervise(inner);
    const kids: { above: Supervisor; kid: Kid; log: Queue<Entry> }[] = [];
    for (let n = 2 + round.below(2); n > 0; n--) {
      const isBelow = n === 1 && sup.count().supervisors === 1;
      const above = isBelow ? inner : sup;
      const log = new Queue<Entry>();
      const kid = await above.spawn(chaotic, [log], {
        id: `kid ${n}`,
        restart: round.of<RestartKind>("permanent", "transient"),
        shutdown: round.of<number | "brutal">("brutal", 100, 1000),
      });
      kids.push({ above, kid, log });
    }
    const children = kids.map(({ kid }) => kid);
    explain = () =>
      [
        sup.inspect(),
        inner.inspect(),
        ...kids.map(({ kid }) => JSON.stringify(kid.mailboxStats())),
      ].join("\n");
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const clients: Promise<Sent>[] = [
      sendAtRandom(0, round.seed(), children, stop),
    ];
    for (let by = 1, most = 1 + round.below(2); by <= most; by++) {
      const args = [by, round.seed(), children, stop.buffer] as const;
      const client = round.use(sends.spawn([...args]));
      clients.push(client.result());
      await client.ready();
    }
    const struck: Promise<unknown>[] = [];
    for (let n = 10 + round.below(15); n > 0; n--) {
      const { above, kid } = round.of(...kids);
      struck.push(strike(round, above, kid));
      await pass(round.of(0, 1, 5, 20, 60, 100));
    }
    const endsEarly = round.random() < 0.3;
    if (endsEarly) {
      await soon(
        "the early shutdown",
        sup.shutdown({ deadline: round.of(0, 10, 1000) }),
      );
    }
    Atomics.store(stop, 0, 1);
    await soon("a blow", Promise.all(struck));
    if (!endsEarly) await revive(kids);
    const all = await soon("a client", Promise.all(clients));
    for (const { asked, settled, wrong } of all) {
      assertEquals([settled, wrong], [asked, []]);
    }
    if (!endsEarly) {
      // What was told by now has been handled when this returns.
      await revive(kids);
      for (const { above, kid } of kids) {
        const found = above.children().find(({ id }) => id === kid.id);
        assertEquals(found?.state, "running", kid.id);
        assert(kid.isAlive() && kid.process.isAlive(), `${kid.id} is alive`);
      }
    }
    const left = kids.map(({ kid }) => kid.mailboxStats().depth);
    await soon("the shutdown", sup.shutdown());
    await soon("the inner shutdown", inner.shutdown());
    let missing = 0;
    for (const [at, { log }] of kids.entries()) {
      const told = new Map(all.map((sent, by) => [by, sent.told[at]!]));
      missing += checkLog(drain(log), told);
    }
    if (!endsEarly) {
      assertEquals(left, kids.map(() => 0));
      // A death between the mailbox and the first step of a handler takes one.
      const setAside = [sup, inner].flatMap(({ quarantine }) => quarantine)
        .filter(({ method }) => method.startsWith("note")).length;
      assertLess(missing, setAside + 3, `${missing} lost, ${setAside} aside`);
    }
    await assertNoThreads();
  },
);

/** Starts whoever is down, until all have handled all that they were told. */
async function revive(
  kids: readonly { above: Supervisor; kid: Kid }[],
): Promise<void> {
  const isDone = async ({ above, kid }: typeof kids[number]) => {
    if (kid.state === "stopped") {
      await soon("a restart", above.restart(kid.id)).catch(() => {});
    }
    try {
      const { ask } = kid;
      const answer = await soon(
        "the last ask",
        ask({ whenRestarted: "wait" }).echo(1),
      );
      return answer === 1;
    } catch (error) {
      // A message that waited was told to end it, and it stays down.
      assertInstanceOf(error, ActorExitedError, `${error}`);
      return false;
    }
  };
  for (let tries = 0; tries < 200; tries++) {
    // All of them in one go, since one may take others along.
    if ((await Promise.all(kids.map(isDone))).every((done) => done)) return;
  }
  throw new Error("They never came to rest");
}
