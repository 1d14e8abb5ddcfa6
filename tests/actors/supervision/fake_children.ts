/**
 * Children without threads, and a clock without time: what a supervision needs
 * to be tried thousands of times.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { World } from "../../../actors/supervision/_children.ts";
import { FunctionChild } from "../../../actors/supervision/_child_handles.ts";
import type {
  FunctionOrigin,
  Incarnation,
  Origin,
  Stopped,
} from "../../../actors/supervision/_incarnation.ts";
import { nestedChild } from "../../../actors/supervision/_new_child.ts";
import type { SupervisedChild } from "../../../actors/supervision/_supervised_child.ts";
import {
  Supervision,
  type SupervisionOptions,
} from "../../../actors/supervision/_supervision.ts";
import type { SupervisorEvent } from "../../../actors/supervision/supervisor_events.ts";
import type { ChildExit } from "../../../actors/supervision/supervisor_exit.ts";
import type {
  ChildOptions,
  SuperviseOptions,
} from "../../../actors/supervision/supervisor_options.ts";
import { PermissionDeniedError } from "../../../actors/permission_errors.ts";

/** Lets all that can go on go on: nothing here waits for more than promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}

/** A clock that is set by hand. */
export class FakeWorld implements World {
  readonly #timers = new Map<() => void, number>();
  #now = 0;

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0;
  }

  startTimer(ms: number, strike: () => void): () => void {
    if (ms === Infinity) return () => {};
    const once = () => strike();
    this.#timers.set(once, this.#now + ms);
    return () => this.#timers.delete(once);
  }

  /** Lets time pass; each timer strikes at its time, and is answered. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a - b);
      if (next === undefined || next[1] > end) break;
      this.#timers.delete(next[0]);
      this.#now = next[1];
      next[0]();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** Ends that are told apart. */
export const ENDS = {
  returns: { reason: "returned", code: 0, value: undefined },
  "exits 0": { reason: "exited", code: 0 },
  "exits 3": { reason: "exited", code: 3 },
  throws: { reason: "threw", code: 1, error: new Error("thrown") },
  "is terminated": { reason: "terminated", code: -15, threadStopped: true },
  "is denied": { reason: "denied", code: 1, error: denial() },
} as const satisfies Record<string, ChildExit>;

function denial(): PermissionDeniedError {
  return new PermissionDeniedError({
    kind: "read",
    target: "/x",
    actor: "a",
    grant: `read: ["/x"]`,
  });
}

/** One life of a fake child. */
export class FakeLife implements Incarnation {
  readonly name: string;
  readonly ended: Promise<ChildExit>;
  readonly #end: (exit: ChildExit) => void;
  readonly #log: string[];
  #exit: ChildExit | undefined;

  constructor(name: string, log: string[]) {
    this.name = name;
    this.#log = log;
    const { promise, resolve } = Promise.withResolvers<ChildExit>();
    this.ended = promise;
    this.#end = resolve;
  }

  get isAlive(): boolean {
    return this.#exit === undefined;
  }

  /** It ends by itself. */
  end(how: keyof typeof ENDS): void {
    this.#exit ??= ENDS[how];
    this.#end(this.#exit);
  }

  async stop(): Promise<Stopped> {
    await Promise.resolve();
    this.#log.push(`-${this.name}`);
    this.end("returns");
    return { exit: this.#exit!, cut: false, messagesLeft: 0 };
  }
}

/** What the lives of a fake child come from. */
export class FakeOrigin implements Origin {
  readonly #id: string;
  readonly #log: string[];
  /** What becomes of the next starts; those after them go well. */
  readonly next: ("fails" | "is denied")[] = [];
  /** All its lives. */
  readonly lives: FakeLife[] = [];

  constructor(id: string, log: string[]) {
    this.#id = id;
    this.#log = log;
  }

  /** Its present life, or the last one. */
  get life(): FakeLife {
    return this.lives.at(-1)!;
  }

  async start(): Promise<FakeLife> {
    await Promise.resolve();
    const problem = this.next.shift();
    if (problem === "fails") throw new Error(`${this.#id} does not start`);
    if (problem === "is denied") throw denial();
    this.#log.push(`+${this.#id}`);
    const life = new FakeLife(this.#id, this.#log);
    this.lives.push(life);
    return life;
  }
}

/** Options of a supervision, with the defaults of a supervisor. */
export type FakeOptions = Partial<SupervisionOptions>;

/** A supervision of fake children. */
export class FakeSupervision {
  /** The real thing. */
  readonly supervision: Supervision;
  /** What all starts and stops of the tree are written to: `+a`, `-a`. */
  readonly log: string[];
  /** All that it told, as it told it. */
  readonly events: SupervisorEvent[] = [];
  /** The origins of its children. */
  readonly origins = new Map<string, FakeOrigin>();
  readonly world: FakeWorld;
  /** Called with each event. */
  onEvent: (event: SupervisorEvent) => void = () => {};

  constructor(
    options: FakeOptions = {},
    world = new FakeWorld(),
    log: string[] = [],
  ) {
    this.world = world;
    this.log = log;
    this.supervision = new Supervision({
      name: "sup",
      strategy: "one-for-one",
      maxRestarts: 1,
      within: 5000,
      backoff: undefined,
      autoShutdown: "never",
      maxChildren: Infinity,
      shutdownOrder: "reverse",
      quarantineAfter: 2,
      liveness: false,
      ...options,
    }, world);
    const { events } = this.supervision.life;
    const emit = events.emit.bind(events);
    events.emit = (event) => {
      this.events.push(event);
      this.onEvent(event);
      emit(event);
    };
    // Who gives up with nobody above would end the test.
    this.supervision.life.outcome.wait(undefined).catch(() => {});
  }

  /** Adds a child of this id. */
  add(
    id: string,
    options: Pick<ChildOptions, "restart" | "significant"> = {},
  ): Promise<SupervisedChild> {
    const origin = new FakeOrigin(id, this.log);
    this.origins.set(id, origin);
    return this.supervision.add(() => ({
      spec: {
        kind: "worker",
        id,
        actor: "fake",
        module: "file:///fake.ts",
        args: [],
        name: id,
        permissions: undefined,
        isolation: undefined,
        memory: undefined,
        restart: "permanent",
        shutdown: 5000,
        significant: false,
        startTimeout: 10_000,
        liveness: undefined,
        ...options,
      },
      origin,
      makeHandle: (child) =>
        new FunctionChild(
          child,
          origin as unknown as FunctionOrigin<[], unknown>,
        ),
    }));
  }

  /** Adds children of these ids, one letter each. */
  async addAll(
    ids: string,
    options: Pick<ChildOptions, "restart" | "significant"> = {},
  ): Promise<void> {
    for (const id of ids) await this.add(id, options);
  }

  /** Adds a supervision. */
  nest(
    other: FakeSupervision,
    options: SuperviseOptions = {},
  ): Promise<SupervisedChild> {
    return this.supervision.add(
      nestedChild(this.supervision, other.supervision, options),
    );
  }

  /** Children end by themselves (a text is one letter each), to be answered. */
  async end(
    ids: Iterable<string>,
    how: keyof typeof ENDS = "throws",
  ): Promise<void> {
    for (const id of ids) this.origins.get(id)!.life.end(how);
    await settled();
  }

  /** The next starts of a child fail. */
  failNext(id: string, times: number): void {
    const { next } = this.origins.get(id)!;
    for (let n = 0; n < times; n++) next.push("fails");
  }

  /** The starts and stops since the last call. */
  news(): string {
    return this.log.splice(0).join(" ");
  }

  /** The states of the children: `a running, b stopped`. */
  get states(): string {
    return this.supervision.children.all
      .map(({ id, state }) => `${id} ${state}`).join(", ");
  }
}
