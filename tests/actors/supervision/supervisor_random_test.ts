// Random trees of supervisors, to which random things happen: all that follows
// is the same as in supervision_model.ts. See seeded.ts for how a failure is
// repeated.
import { assert, assertEquals } from "@std/assert";
import type { SupervisorEvent } from "../../../actors/supervision/supervisor_events.ts";
import type { Chance } from "../../channels/chance.ts";
import { stress } from "../../channels/seeded.ts";
import { ENDS, FakeSupervision, FakeWorld, settled } from "./fake_children.ts";
import { type End, type Leaf, Model, type Sup } from "./supervision_model.ts";

const BY_END: Record<keyof typeof ENDS, End> = {
  returns: "normal",
  "exits 0": "normal",
  "exits 3": "abnormal",
  throws: "abnormal",
  "is terminated": "abnormal",
  "is denied": "denied",
};

/** An event in the words of the model. */
function wordsOf(event: SupervisorEvent): string {
  const { type, supervisor } = event;
  switch (type) {
    case "exited":
      return `${supervisor}: exited ${event.id} ${event.handling}`;
    case "restarting":
      return `${supervisor}: restarting ${event.ids}`;
    case "gave-up":
      return `${supervisor}: gave-up ${event.id} ${event.restarts}`;
    case "shut-down":
      return `${supervisor}: shut-down ${event.cause}`;
    case "missed":
      return "missed";
    default:
      return `${supervisor}: ${type} ${event.id}`;
  }
}

/** A real tree and its model, to which the same things happen. */
class Pair {
  readonly chance: Chance;
  readonly model = new Model();
  readonly world = new FakeWorld();
  readonly trace: string[] = [];
  readonly real = new Map<Sup, FakeSupervision>();
  readonly root: Sup;
  #ids = 0;

  constructor(chance: Chance) {
    this.chance = chance;
    this.root = this.#makeSup(undefined);
  }

  #makeSup(above: Sup | undefined): Sup {
    const { chance } = this;
    const id = `S${this.#ids++}`;
    const strategy = chance.of("one-for-one", "one-for-all", "rest-for-one");
    const autoShutdown = chance.of(
      "never",
      "any-significant",
      "all-significant",
    );
    const maxRestarts = chance.of(0, 1, 1, 2, 5);
    const within = chance.of(100, 1000, 5000);
    const options = { strategy, autoShutdown, maxRestarts, within } as const;
    const real = new FakeSupervision(
      { name: id, ...options },
      this.world,
      this.trace,
    );
    real.onEvent = (event) => this.trace.push(wordsOf(event));
    const sup: Sup = {
      id,
      ...options,
      ...this.#specUnder(above),
      kind: "sup",
      up: true,
      denied: false,
      restarts: 0,
      kids: [],
      above: undefined,
      times: [],
    };
    this.real.set(sup, real);
    return sup;
  }

  #specUnder(above: Sup | undefined) {
    const restart = this.chance.of<Leaf["restart"]>(
      "permanent",
      "permanent",
      "transient",
      "temporary",
    );
    const significant = above !== undefined && restart !== "permanent" &&
      above.autoShutdown !== "never" && this.chance.random() < 0.5;
    return { restart, significant };
  }

  async addLeaf(sup: Sup): Promise<void> {
    const id = `l${this.#ids++}`;
    const spec = this.#specUnder(sup);
    const real = this.real.get(sup)!;
    await real.add(id, spec);
    // The next starts of the real one are those of the model.
    this.model.addLeaf(sup, { id, ...spec });
  }

  async addSup(above: Sup, depth: number): Promise<void> {
    const sup = this.#makeSup(above);
    await this.fill(sup, depth);
    await this.real.get(above)!.nest(this.real.get(sup)!, {
      restart: sup.restart,
      significant: sup.significant,
    });
    this.model.addSup(above, sup);
  }

  async fill(sup: Sup, depth: number): Promise<void> {
    for (let n = 1 + this.chance.below(4); n > 0; n--) {
      const isSup = depth > 0 && this.chance.random() < 0.3;
      await (isSup ? this.addSup(sup, depth - 1) : this.addLeaf(sup));
    }
  }

  /** All supervisors that are in the tree, running or not. */
  sups(from = this.root): Sup[] {
    return [
      from,
      ...from.kids.flatMap((kid) => kid.kind === "sup" ? this.sups(kid) : []),
    ];
  }

  check(): void {
    assertEquals(this.trace, this.model.trace);
    for (const sup of this.sups()) {
      const { supervision } = this.real.get(sup)!;
      assertEquals(supervision.life.isAlive, sup.up, sup.id);
      assertEquals(
        supervision.children.all.map(({ id, state, restarts }) =>
          `${id} ${state} ${restarts}`
        ),
        sup.kids.map(({ id, up, denied, restarts }) =>
          `${id} ${up ? "running" : denied ? "denied" : "stopped"} ${restarts}`
        ),
      );
    }
    assertEquals(this.world.pending, 0);
  }

  /** One thing happens, to both. */
  async step(): Promise<void> {
    const { chance, model } = this;
    const ups = this.sups().filter(({ up }) => up);
    const sup = chance.of(...ups);
    const real = this.real.get(sup)!;
    const kid = sup.kids.length > 0 ? chance.of(...sup.kids) : undefined;
    const what = chance.of(
      ...["kill", "kill", "kill", "kill", "kill", "kill", "trouble"],
      ...["pass", "terminate", "restart", "restart", "remove", "add", "down"],
    );
    if (what === "kill" && kid?.kind === "leaf" && kid.up) {
      const how = chance.of(...Object.keys(ENDS) as (keyof typeof ENDS)[]);
      await real.end([kid.id], how);
      model.kill(sup, kid, BY_END[how]);
    } else if (what === "trouble" && kid?.kind === "leaf") {
      this.#trouble(real, kid);
    } else if (what === "pass") {
      const ms = chance.of(50, 500, 3000, 10_000);
      await this.world.pass(ms);
      model.now += ms;
    } else if (what === "terminate" && kid !== undefined) {
      await real.supervision.terminate(kid.id);
      model.terminate(sup, kid);
    } else if (what === "restart" && kid !== undefined) {
      await real.supervision.restart(kid.id).catch(() => {});
      model.restart(sup, kid);
    } else if (what === "remove" && kid !== undefined && chance.of(0, 1)) {
      await real.supervision.remove(kid.id).catch(() => {});
      model.remove(sup, kid);
    } else if (what === "add") await this.addLeaf(sup);
    else if (what === "down" && chance.random() < 0.2) {
      await real.supervision.life.shutdown(Infinity);
      if (sup.above === undefined) model.shutdown(sup);
      else model.terminate(sup.above, sup);
    }
    await settled();
  }

  /** The next starts of a leaf do not go well. */
  #trouble(real: FakeSupervision, leaf: Leaf): void {
    const next = this.chance.of<Leaf["next"]>(
      ["fails"],
      ["fails", "fails"],
      ["fails", "is denied"],
      ["is denied"],
    );
    leaf.next = [...next];
    real.origins.get(leaf.id)!.next.splice(0, Infinity, ...next);
  }
}

stress("random trees of supervisors do what the model does", async (round) => {
  const pair = new Pair(round);
  await pair.fill(pair.root, 2);
  pair.check();
  for (let steps = 0; steps < 30 && pair.root.up; steps++) {
    await pair.step();
    pair.check();
  }
  const { life } = pair.real.get(pair.root)!.supervision;
  await life.shutdown(Infinity);
  for (const real of pair.real.values()) {
    for (const { lives } of real.origins.values()) {
      assert(lives.every(({ isAlive }) => !isAlive), "a life goes on");
    }
  }
});
