/**
 * A model of supervision to compare the real one with: a tree of plain records,
 * changed at once by one recursive procedure after another, with no promise, no
 * queue and no plan. It shares nothing with the real one but the words.
 *
 * @module
 */

export type End = "normal" | "abnormal" | "denied";

/** What the leaves and the supervisors of the tree have in common. */
interface Spec {
  readonly id: string;
  readonly restart: "permanent" | "transient" | "temporary";
  readonly significant: boolean;
}

export interface SupSpec {
  readonly strategy: "one-for-one" | "one-for-all" | "rest-for-one";
  readonly autoShutdown: "never" | "any-significant" | "all-significant";
  readonly maxRestarts: number;
  readonly within: number;
}

export interface Leaf extends Spec {
  kind: "leaf";
  up: boolean;
  denied: boolean;
  restarts: number;
  /** What becomes of the next starts. */
  next: ("fails" | "is denied")[];
}

export interface Sup extends Spec, SupSpec {
  kind: "sup";
  up: boolean;
  denied: boolean;
  restarts: number;
  kids: Node[];
  above: Sup | undefined;
  times: number[];
}

export type Node = Leaf | Sup;

class Failed extends Error {}
class Denied extends Error {}

/** The model: a clock, a tree, and all that happens in it, in words. */
export class Model {
  now = 0;
  readonly trace: string[] = [];

  /** A leaf starts as the last child of a supervisor. */
  addLeaf(sup: Sup, spec: Spec, next: Leaf["next"] = []): void {
    const leaf: Leaf = {
      ...spec,
      kind: "leaf",
      up: false,
      denied: false,
      restarts: 0,
      next,
    };
    if (this.#tryStart(sup, leaf, "started") === "up") sup.kids.push(leaf);
  }

  /** A supervisor becomes the last child of another. */
  addSup(above: Sup, sup: Sup): void {
    sup.above = above;
    above.kids.push(sup);
    this.#say(above, `started ${sup.id}`);
  }

  /** A leaf ends by itself. */
  kill(sup: Sup, leaf: Leaf, end: End): void {
    leaf.up = false;
    this.#ended(sup, leaf, end);
  }

  terminate(sup: Sup, node: Node): void {
    if (node.up) {
      this.#stop(node);
      this.#say(sup, `stopped ${node.id}`);
    }
    if (node.restart === "temporary") this.#drop(sup, node);
  }

  restart(sup: Sup, node: Node): void {
    if (node.up) return;
    const became = this.#tryStart(sup, node, "started");
    if (became === "denied") node.denied = true;
  }

  remove(sup: Sup, node: Node): void {
    if (!node.up) this.#drop(sup, node);
  }

  shutdown(sup: Sup): void {
    if (sup.up) this.#collapse(sup, "shut-down asked");
  }

  #say(sup: Sup, what: string): void {
    this.trace.push(`${sup.id}: ${what}`);
  }

  #drop(sup: Sup, node: Node): void {
    sup.kids.splice(sup.kids.indexOf(node), 1);
  }

  #start(node: Node): void {
    if (node.kind === "leaf") {
      const problem = node.next.shift();
      if (problem === "fails") throw new Failed();
      if (problem === "is denied") throw new Denied();
      this.trace.push(`+${node.id}`);
    } else {
      node.times = [];
      for (const kid of [...node.kids]) {
        if (kid.denied) continue;
        const became = this.#tryStart(node, kid, "restarted");
        if (became === "denied") kid.denied = true;
        if (became === "down") {
          this.#stopKids(node);
          throw new Failed();
        }
      }
    }
    node.up = true;
    node.denied = false;
  }

  #tryStart(
    sup: Sup,
    node: Node,
    word: "started" | "restarted",
  ): "up" | "down" | "denied" {
    try {
      this.#start(node);
    } catch (error) {
      const denied = error instanceof Denied;
      this.#say(sup, `${denied ? "denied" : "start-failed"} ${node.id}`);
      return denied ? "denied" : "down";
    }
    if (word === "restarted") node.restarts++;
    this.#say(sup, `${word} ${node.id}`);
    return "up";
  }

  #stop(node: Node): void {
    if (node.kind === "leaf") {
      node.up = false;
      this.trace.push(`-${node.id}`);
    } else this.#collapse(node, "shut-down asked", false);
  }

  #stopKids(sup: Sup): void {
    for (const kid of sup.kids.toReversed()) {
      if (!kid.up) continue;
      this.#stop(kid);
      this.#say(sup, `stopped ${kid.id}`);
    }
    sup.kids = sup.kids.filter(({ restart }) => restart !== "temporary");
  }

  /** A supervisor ends; `tells` is whether it does so by itself. */
  #collapse(sup: Sup, word: string, tells = true): void {
    this.#stopKids(sup);
    sup.up = false;
    this.#say(sup, word);
    if (tells && sup.above !== undefined) {
      this.#ended(sup.above, sup, "normal");
    }
  }

  #ended(sup: Sup, node: Node, end: End): void {
    const goes = node.restart === "temporary";
    const again = !goes && end !== "denied" &&
      (node.restart === "permanent" || end === "abnormal");
    const handling = goes ? "forget" : again ? "restart" : "keep";
    this.#say(sup, `exited ${node.id} ${handling}`);
    if (end === "denied") {
      node.denied = true;
      this.#say(sup, `denied ${node.id}`);
    }
    if (again) return this.#restartFor(sup, node);
    if (goes) this.#drop(sup, node);
    this.#maybeOver(sup, node);
  }

  #maybeOver(sup: Sup, gone: Node): boolean {
    if (!gone.significant || sup.autoShutdown === "never") return false;
    if (sup.autoShutdown === "all-significant") {
      if (sup.kids.some((kid) => kid !== gone && kid.significant && kid.up)) {
        return false;
      }
      if (sup.kids.some((kid) => this.#waiting.has(kid) && kid.significant)) {
        return false;
      }
    }
    this.#collapse(sup, "shut-down significant");
    return true;
  }

  /** Those of a group whose start is still to come. */
  readonly #waiting = new Set<Node>();

  /** `failed`: it did not start, rather than end. */
  #restartFor(sup: Sup, head: Node, failed = false): void {
    const at = sup.kids.indexOf(head);
    const from = sup.strategy === "one-for-all" ? 0 : at;
    const to = sup.strategy === "one-for-one" ? at + 1 : Infinity;
    const isMember = (kid: Node) => {
      const place = sup.kids.indexOf(kid);
      return place >= from && place < to;
    };
    const stays = (kid: Node) =>
      !isMember(kid) || kid === head ||
      kid.restart !== "temporary" && !kid.denied;
    const starting = sup.kids.filter((kid) => isMember(kid) && stays(kid));
    const gone = sup.kids.filter((kid) =>
      isMember(kid) && kid !== head && kid.restart === "temporary"
    );
    // What is going to start is told before it is known whether it may: a
    // failed start is tried again later, and counts only then.
    const news = `restarting ${starting.map(({ id }) => id)}`;
    if (failed) this.#say(sup, news);
    if (!this.#mayRestart(sup)) {
      return this.#collapse(sup, `gave-up ${head.id} ${sup.times.length}`);
    }
    if (!failed) this.#say(sup, news);
    for (const kid of sup.kids.toReversed()) {
      if (!isMember(kid) || !kid.up) continue;
      this.#stop(kid);
      this.#say(sup, `stopped ${kid.id}`);
    }
    for (const kid of gone) this.#drop(sup, kid);
    for (const kid of starting) this.#waiting.add(kid);
    for (const kid of starting) {
      const became = this.#tryStart(sup, kid, "restarted");
      this.#waiting.delete(kid);
      if (became === "up") continue;
      if (became === "denied") {
        kid.denied = true;
        if (this.#maybeOver(sup, kid)) break;
        continue;
      }
      for (const other of starting) this.#waiting.delete(other);
      return this.#restartFor(sup, kid, true);
    }
    for (const kid of starting) this.#waiting.delete(kid);
  }

  #mayRestart(sup: Sup): boolean {
    sup.times.push(this.now);
    sup.times = sup.times.filter((time) => time + sup.within >= this.now);
    return sup.times.length <= sup.maxRestarts;
  }
}
