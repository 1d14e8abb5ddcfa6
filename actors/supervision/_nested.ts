/**
 * A supervisor as the child of another.
 *
 * @module
 */

import { drawSupervision } from "./_draw_tree.ts";
import type { Drawing, Incarnation, Origin, Stopped } from "./_incarnation.ts";
import type { Above, Life } from "./_life.ts";
import type { Supervision } from "./_supervision.ts";
import type { SupervisorExit } from "./supervisor_exit.ts";

/** The lives of a supervisor: the one it leads already, and later ones. */
export class NestedOrigin implements Origin {
  readonly #supervision: Supervision;
  readonly #above: Above;
  #isAttached = false;

  /** Keeps the two. */
  constructor(supervision: Supervision, above: Above) {
    this.#supervision = supervision;
    this.#above = above;
  }

  /** See {@linkcode Origin}. */
  async start(cut: AbortSignal): Promise<Incarnation> {
    if (this.#isAttached) await this.#supervision.revive(cut);
    else this.#supervision.life.attach(this.#above);
    this.#isAttached = true;
    return new NestedIncarnation(this.#supervision.life);
  }

  /** See {@linkcode Origin}. */
  draw(): Drawing {
    return drawSupervision(this.#supervision);
  }

  /** See {@linkcode Origin}. */
  over(): void {
    this.#supervision.life.over();
  }
}

/** One life of a supervisor. */
class NestedIncarnation implements Incarnation {
  readonly name: string;
  readonly ended: Promise<SupervisorExit>;
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
    this.name = life.name;
    this.ended = life.ended;
  }

  get isAlive(): boolean {
    return this.#life.isAlive;
  }

  async stop(cut: AbortSignal): Promise<Stopped> {
    const cutShort = () => this.#life.cutShort();
    cut.addEventListener("abort", cutShort, { once: true });
    try {
      if (cut.aborted) cutShort();
      const exit = await this.#life.endAsAsked();
      const { children } = exit.report;
      const messagesLeft = children.reduce((n, one) => n + one.messagesLeft, 0);
      return { exit, cut: children.some((one) => one.cut), messagesLeft };
    } finally {
      cut.removeEventListener("abort", cutShort);
    }
  }
}
