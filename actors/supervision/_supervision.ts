/**
 * What a supervisor does, without the checks and types of its users: it starts
 * children, answers their ends and does as it is told, one job at a time.
 *
 * @module
 */

import { Backoff, type BackoffRules } from "./_backoff.ts";
import { Children, type Household, type World } from "./_children.ts";
import { isDenial } from "./_incarnation.ts";
import { Quarantine, type SetAside } from "./quarantine.ts";
import { type LivenessRules, Vigil } from "./_vigil.ts";
import { type Ending, Life } from "./_life.ts";
import {
  type EndReason,
  type RestartJob,
  type RestartOptions,
  Restarts,
} from "./_restarts.ts";
import { endingOf, handlingOf, planRevival } from "./_restart_rules.ts";
import { type MakeChild, SupervisedChild } from "./_supervised_child.ts";
import {
  ChildExistsError,
  ChildStateError,
  MaxChildrenError,
  RestartIntensityError,
  StartError,
} from "./supervisor_errors.ts";
import type { ChildExit, ShutdownReport } from "./supervisor_exit.ts";

/** The options, with the defaults filled in. */
export interface SupervisionOptions extends RestartOptions {
  /** Its name. */
  readonly name: string;
  /** How restarts are delayed; undefined for not at all. */
  readonly backoff: BackoffRules | undefined;
  /** The most children. */
  readonly maxChildren: number;
  /** At how many deaths in hand a message is set aside. */
  readonly quarantineAfter: number;
  /** How its children are watched. */
  readonly liveness: LivenessRules | false;
  /** In which order it stops its children. */
  readonly shutdownOrder: "reverse" | "parallel";
}

/** The doings of a supervisor. */
export class Supervision {
  /** See {@linkcode SupervisionOptions}. */
  readonly options: SupervisionOptions;
  /** Its life. */
  readonly life: Life;
  /** Its children. */
  readonly children: Children;
  readonly #world: World;
  readonly #restarts: Restarts;
  readonly #vigil: Vigil;
  /** Messages that were set aside. */
  readonly quarantine: Quarantine = new Quarantine();

  /** Begins with no children. */
  constructor(options: SupervisionOptions, world: World) {
    this.options = options;
    this.#world = world;
    this.life = new Life(options.name, world, {
      stopAll: (cut) => {
        this.#restarts.reset();
        return this.children.stopAll(options.shutdownOrder, cut);
      },
      overAll: () => this.children.all.forEach((child) => child.over()),
    });
    const house: Household = {
      name: options.name,
      world,
      tell: (news) => this.life.tell(news),
      onEnd: (child, isStill, exit, isExcused) => {
        this.#queue(() => this.#onEnd(child, isStill, exit, isExcused));
      },
      onUp: (child, incarnation) => this.#vigil.begin(child, incarnation),
    };
    this.children = new Children(house);
    this.#vigil = new Vigil(
      house,
      options.liveness,
      (id) => this.terminate(id),
    );
    this.#restarts = new Restarts(
      options,
      this.children,
      house,
      (job) => this.#queue(job),
      () => this.life.cut,
    );
  }

  /** Starts a child and puts it behind the others. */
  add(make: MakeChild): Promise<SupervisedChild> {
    return this.life.job("start a child of", async () => {
      const [child] = this.prepare([make]) as [SupervisedChild];
      await this.children.start(child, "started", this.life.cut);
      this.children.add(child);
      return child;
    });
  }

  /**
   * Makes children that are to be started together, and starts none.
   *
   * @throws {ChildExistsError} If an id is given twice, or taken.
   * @throws {MaxChildrenError} If there is no room for all of them.
   */
  prepare(makes: readonly MakeChild[]): SupervisedChild[] {
    const { name, maxChildren, backoff } = this.options;
    const ids = new Set<string>();
    return makes.map((make) => {
      const made = make((id) =>
        ids.has(id) || this.children.get(id) !== undefined
      );
      const { id } = made.spec;
      const known = this.children.get(id);
      if (known !== undefined || ids.has(id)) {
        throw new ChildExistsError(name, id, known?.state);
      }
      ids.add(id);
      if (this.children.size + ids.size > maxChildren) {
        throw new MaxChildrenError(name, id, maxChildren);
      }
      const { random } = this.#world;
      return new SupervisedChild(made, new Backoff(backoff, random));
    });
  }

  /** Starts children one after another: all of them or none. */
  addAll(makes: readonly MakeChild[]): Promise<SupervisedChild[]> {
    return this.life.job("start children of", async () => {
      const added: SupervisedChild[] = [];
      for (const child of this.prepare(makes)) {
        try {
          await this.children.start(child, "started", this.life.cut);
        } catch (error) {
          await this.#undo(added);
          throw new StartError(this.options.name, child.id, error);
        }
        this.children.add(child);
        added.push(child);
      }
      return added;
    });
  }

  /** Sets a message aside that was in hand at too many deaths. */
  setAside(message: SetAside): void {
    const quarantined = this.quarantine.add(message);
    this.life.tell({
      type: "quarantined",
      id: message.child,
      message: quarantined,
    });
  }

  /** How long the event loop of a child has been blocked, in ms, if it is. */
  silence(child: SupervisedChild): number {
    return this.#vigil.silence(child);
  }

  /** Stops a child, which is kept unless it is temporary. */
  terminate(id: string): Promise<ChildExit | undefined> {
    return this.life.job("terminate a child of", async () => {
      const child = this.children.need("terminate", id);
      this.#restarts.cancel(child);
      if (child.state === "running") {
        await this.children.stop(child, "stopped", this.life.cut);
      } else if (child.state === "restarting") child.down("stopped");
      if (child.restart === "temporary") this.children.forget(child);
      else child.over();
      return child.exit;
    });
  }

  /** Starts a child that is down. */
  restart(id: string): Promise<SupervisedChild> {
    return this.life.job("restart a child of", async () => {
      const child = this.#needDown("restart", id);
      try {
        await this.children.start(child, "started", this.life.cut);
      } catch (error) {
        if (isDenial(error)) child.down("denied");
        throw error;
      }
      return child;
    });
  }

  /** Forgets a child that is down. */
  remove(id: string): Promise<void> {
    return this.life.job(
      "remove a child of",
      // deno-lint-ignore require-await -- a job, whose throw is a rejection
      async () => this.children.forget(this.#needDown("remove", id)),
    );
  }

  /** Begins another life: all children that were kept start again, in order. */
  revive(cut: AbortSignal): Promise<void> {
    return this.life.revive(cut, async () => {
      for (const id of planRevival(this.children.all)) {
        const child = this.children.get(id)!;
        try {
          await this.children.start(child, "restarted", this.life.cut);
        } catch (error) {
          if (!isDenial(error)) {
            throw new StartError(this.options.name, id, error);
          }
          child.down("denied");
          child.over();
        }
      }
    });
  }

  /** Does a job that may show that the supervisor has to end. */
  #queue(job: RestartJob): void {
    this.life.queue(async () => {
      const why = await job();
      if (why !== undefined) {
        await this.life.end((report) => this.#ending(why, report));
      }
    });
  }

  /** Answers the end of a child. */
  async #onEnd(
    child: SupervisedChild,
    isStill: () => boolean,
    exit: ChildExit,
    isExcused: boolean,
  ): Promise<EndReason | undefined> {
    // It was stopped meanwhile, or stopped and started: that is done with.
    if (!isStill()) return undefined;
    const ending = endingOf(exit);
    const handling = handlingOf(child.restart, ending);
    const { id, spec } = child;
    child.down(ending === "denied" ? "denied" : "stopped", exit);
    this.life.tell({ type: "exited", id, exit, handling, spec });
    if (exit.reason === "denied") this.children.tellDenial(child, exit.error);
    if (handling === "restart") {
      return await this.#restarts.restart(child, isExcused);
    }
    if (handling === "forget") this.children.forget(child);
    else child.over();
    return this.#restarts.autoShutdown(child);
  }

  #ending(why: EndReason, report: ShutdownReport): Ending {
    const { id, exit, spec } = why.child;
    if (why.reason === "autoShutdown") {
      return {
        exit: { reason: "autoShutdown", child: id, report },
        news: { type: "shut-down", cause: "significant", report },
      };
    }
    const { restarts } = why;
    const { name: supervisor, within } = this.options;
    const error = new RestartIntensityError(
      { supervisor, restarts, within, child: id, exit },
      why.error ?? (exit && "error" in exit ? exit.error : undefined),
    );
    return {
      exit: { reason: "gaveUp", error, report },
      news: { type: "gave-up", id, restarts, within, exit, spec, report },
    };
  }

  #needDown(action: string, id: string): SupervisedChild {
    const child = this.children.need(action, id);
    const { state } = child;
    if (state === "stopped" || state === "denied") return child;
    throw new ChildStateError(action, this.options.name, id, state);
  }

  /** Stops and forgets children whose list could not be started. */
  async #undo(added: readonly SupervisedChild[]): Promise<void> {
    for (const child of added.toReversed()) {
      await this.children.stop(child, "stopped", this.life.cut);
      this.children.forget(child);
    }
  }
}
