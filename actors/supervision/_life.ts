/**
 * The life of a supervisor: its jobs, one at a time, until it ends.
 *
 * ```text
 *             shutdown, autoShutdown, too many restarts
 *   running ─────────────────────────────────────────────→ ended ─→ over
 *      ↑                                                     │
 *      └───────── started again by the supervisor above ─────┘
 * ```
 *
 * Who has no supervisor above is over as soon as it has ended. For others that
 * is the decision of the one above.
 *
 * @module
 */

import type { News, World } from "./_children.ts";
import { EventStream } from "./_event_stream.ts";
import { Jobs } from "./_jobs.ts";
import { Outcome } from "./_outcome.ts";
import { SupervisorStateError } from "./supervisor_errors.ts";
import type { SupervisorEvent } from "./supervisor_events.ts";
import type {
  ShutdownReport,
  StoppedChild,
  SupervisorExit,
} from "./supervisor_exit.ts";

/** The supervisor above: how one that is supervised is ended for good. */
export interface Above {
  /** Its life. */
  readonly life: Life;
  /** Has it stop this one, and keep it. */
  stop(): Promise<void>;
}

/** What the life of a supervisor does to its children. */
export interface Offspring {
  /** Stops all that run. */
  stopAll(cut: AbortSignal): Promise<StoppedChild[]>;
  /** Says to each that it is over. */
  overAll(): void;
}

/** How a life ends, once it is known what that did to the children. */
export interface Ending {
  /** What it ended with. */
  readonly exit: SupervisorExit;
  /** What is told of it. */
  readonly news: News;
}

/** The life of a supervisor, or its lives, one after another. */
export class Life {
  /** The supervisor's name. */
  readonly name: string;
  /** What its users wait for: that it is over. */
  readonly outcome: Outcome<SupervisorExit> = new Outcome();
  /** What it tells. */
  readonly events: EventStream<SupervisorEvent>;
  readonly #world: World;
  readonly #offspring: Offspring;
  readonly #jobs = new Jobs();
  #cut = new AbortController();
  #exit: SupervisorExit | undefined;
  #ended = Promise.withResolvers<SupervisorExit>();
  #above: Above | undefined;

  /** Begins. */
  constructor(name: string, world: World, offspring: Offspring) {
    this.name = name;
    this.#world = world;
    this.#offspring = offspring;
    this.events = new EventStream((count) =>
      this.#event({ type: "missed", count })
    );
  }

  /** Whether it has not ended. */
  get isAlive(): boolean {
    return this.#exit === undefined;
  }

  /** Settles when the present life has ended. */
  get ended(): Promise<SupervisorExit> {
    return this.#ended.promise;
  }

  /** Aborted when there is no time left. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  /** Leaves no more time: who has not ended is terminated. */
  cutShort(): void {
    this.#cut.abort(
      new DOMException(
        `Supervisor "${this.name}" is being shut down`,
        "AbortError",
      ),
    );
  }

  /**
   * Does a job after those before it.
   *
   * @param action What cannot be done if the supervisor has ended by then.
   * @throws {SupervisorStateError} If it has.
   */
  job<T>(action: string, job: () => Promise<T>): Promise<T> {
    return this.#jobs.run(() => {
      if (this.#exit === undefined) return job();
      throw new SupervisorStateError(
        `Cannot ${action} supervisor "${this.name}": it has ended`,
        this.name,
        "ended",
      );
    });
  }

  /** Does a job after those before it, unless the supervisor has ended then. */
  queue(job: () => Promise<void>): void {
    this.#jobs.run(async () => {
      if (this.#exit === undefined) await job();
    });
  }

  /** Tells what happened. */
  tell(news: News): void {
    this.events.emit(this.#event(news));
  }

  /** Ends the present life. To be called in a job. */
  async end(ending: (report: ShutdownReport) => Ending): Promise<void> {
    const began = this.#world.now();
    const children = await this.#offspring.stopAll(this.#cut.signal);
    const tookMs = this.#world.now() - began;
    const { exit, news } = ending({ supervisor: this.name, tookMs, children });
    this.#exit = exit;
    this.tell(news);
    this.#ended.resolve(exit);
    if (this.#above === undefined) this.over();
  }

  /** Ends the present life because somebody asked for it. */
  endAsAsked(): Promise<SupervisorExit> {
    return this.#jobs.run(async () => {
      if (this.#exit === undefined) {
        await this.end((report) => ({
          exit: { reason: "shutDown", report },
          news: { type: "shut-down", cause: "asked", report },
        }));
      }
      return this.#exit!;
    });
  }

  /**
   * Ends it, for good.
   *
   * @param deadline The time for all of that, in ms.
   */
  async shutdown(deadline: number): Promise<ShutdownReport> {
    let stopTimer = () => {};
    if (deadline > 0) {
      stopTimer = this.#world.startTimer(deadline, () => this.cutShort());
    } else this.cutShort();
    try {
      await this.#above?.stop();
      return (await this.endAsAsked()).report;
    } finally {
      stopTimer();
    }
  }

  /** Whether it is `other`, or somewhere below it. */
  isWithin(other: Life): boolean {
    return this === other || (this.#above?.life.isWithin(other) ?? false);
  }

  /**
   * Takes note that there is a supervisor above from now on.
   *
   * @throws {TypeError} If it is itself, or below.
   * @throws {SupervisorStateError} If there was one, or this one has ended.
   */
  attach(above: Above): void {
    const what = `Cannot supervise supervisor "${this.name}": it`;
    if (above.life.isWithin(this)) {
      throw new TypeError(
        `${what} is the one that should do that, or above it`,
      );
    }
    if (this.#exit !== undefined) {
      throw new SupervisorStateError(`${what} has ended`, this.name, "ended");
    }
    if (this.#above !== undefined) {
      throw new SupervisorStateError(
        `${what} is supervised already`,
        this.name,
        "running",
      );
    }
    this.#above = above;
  }

  /**
   * Begins another life.
   *
   * @param cut Aborted when there is no time left.
   * @param start Starts the children. If it rejects, the life has not begun.
   */
  revive(cut: AbortSignal, start: () => Promise<void>): Promise<void> {
    return this.#jobs.run(async () => {
      const exit = this.#exit;
      this.#exit = undefined;
      this.#ended = Promise.withResolvers();
      this.#cut = new AbortController();
      this.outcome.reopen();
      this.events.reopen();
      const cutShort = () => this.cutShort();
      cut.addEventListener("abort", cutShort, { once: true });
      try {
        await start();
      } catch (error) {
        await this.#offspring.stopAll(this.#cut.signal);
        this.#exit = exit;
        throw error;
      } finally {
        cut.removeEventListener("abort", cutShort);
      }
    });
  }

  /** It is over: nobody starts it unless somebody asks for it. */
  over(): void {
    const exit = this.#exit!;
    this.#offspring.overAll();
    this.events.close();
    if (exit.reason !== "gaveUp") {
      this.outcome.settle(() => exit);
      return;
    }
    const { error } = exit;
    this.outcome.settle(() => {
      throw error;
    });
    // Nobody above, and nobody who ever asked: then it is an error that nobody
    // handles. It ends the actor this runs in, or the program.
    if (this.#above === undefined && !this.outcome.wasAsked) {
      Promise.reject(error);
    }
  }

  #event(news: News): SupervisorEvent {
    // Each kind of news becomes the event of its kind.
    return {
      ...news,
      at: Date.now(),
      supervisor: this.name,
    } as SupervisorEvent;
  }
}
