/**
 * The supervisor: starts actors, and starts them again when they end.
 *
 * @module
 */

import { INSPECT } from "../../channels/inspect.ts";
import {
  checkTimeout,
  startTimer,
  type WaitOptions,
} from "../../channels/wait_options.ts";
import { checkSupervisor } from "./_check_options.ts";
import type {
  Child,
  ChildCount,
  ChildInfo,
  ChildList,
  ClassChild,
  NestedChild,
} from "./child.ts";
import { nestedChild, workerChild } from "./_new_child.ts";
import { drawTree } from "./_draw_tree.ts";
import type { ClassActor, FunctionActor } from "../process.ts";
import type { QuarantinedMessage } from "./quarantine.ts";
import { handleSignals, type SignalOptions } from "./signals.ts";
import type { MakeChild } from "./_supervised_child.ts";
import { Supervision } from "./_supervision.ts";
import type { SupervisorEvent } from "./supervisor_events.ts";
import type {
  ChildExit,
  ShutdownReport,
  SupervisorExit,
} from "./supervisor_exit.ts";
import type {
  AnyActor,
  ChildParameters,
  ChildSpec,
  DefinitionList,
  ShutdownOptions,
  SuperviseOptions,
  SupervisorOptions,
} from "./supervisor_options.ts";

const world = {
  now: () => performance.now(),
  random: Math.random,
  startTimer,
};

let unnamed = 0;

/**
 * Keeps actors running: it starts them, and when one ends it starts it again,
 * alone or together with others, as OTP's supervisors do.
 *
 * - Children start one after another, and stop in the reverse order.
 * - With too many restarts in too short a time it gives up: it stops all its
 *   children and ends with a {@linkcode RestartIntensityError}. If a supervisor
 *   is above it, that one decides what follows. If not, and nobody ever called
 *   {@linkcode Supervisor.join}, it is an unhandled rejection and so ends the
 *   actor that the supervisor lives in, or the program.
 * - It does one thing at a time, in the order of the calls and of the ends.
 * - It is a plain object of the thread that made it, and ends with that. It
 *   keeps the program alive only by its children.
 *
 * Each start sends the arguments again. So give children queues, and not the end
 * of a pipe, which can be given away only once.
 *
 * @example
 * ```ts ignore
 * import { actor, Queue, Supervisor } from "@troupe/troupe";
 *
 * const work = actor(
 *   import.meta,
 *   async function work(jobs: Queue<number>, results: Queue<number>) {
 *     for await (const n of jobs) {
 *       if (n < 0) throw new RangeError("cannot take the root of this");
 *       await results.put(Math.sqrt(n));
 *     }
 *   },
 * );
 *
 * if (import.meta.main) {
 *   const jobs = new Queue<number>();
 *   const results = new Queue<number>();
 *   await using supervisor = new Supervisor({ maxRestarts: 3, within: 1000 });
 *   const worker = await supervisor.spawn(work, [jobs, results]);
 *   for (const n of [4, -1, 9]) await jobs.put(n);
 *   console.log(await results.get(), await results.get()); // 2 3
 *   console.log(worker.id, worker.restarts); // work-1 1
 * }
 * ```
 */
export class Supervisor implements AsyncDisposable {
  /** Its name. */
  readonly name: string;
  readonly #supervision: Supervision;

  /**
   * Makes a supervisor without children.
   *
   * @throws {TypeError} If an option is of a wrong type, or goes not with
   *   another.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(options: SupervisorOptions = {}) {
    const checked = checkSupervisor(
      options,
      () => `Supervisor-${++unnamed}`,
    );
    this.#supervision = new Supervision(checked, world);
    this.name = checked.name;
  }

  /**
   * What it does: every `for await` gets all events from its own start on, and
   * ends with the supervisor. One that is behind by more than a thousand loses
   * the oldest, and gets a `"missed"` event in their place.
   *
   * Under a supervisor that starts it again, the events go on.
   */
  get events(): AsyncIterable<SupervisorEvent> {
    return this.#supervision.life.events;
  }

  /**
   * Starts an actor as its last child.
   *
   * @param args Its arguments. Each restart sends them again.
   * @returns The child, when it is up.
   * @throws {ChildExistsError} If there is a child of this id.
   * @throws {MaxChildrenError} If it has all the children it takes.
   * @throws {SupervisorStateError} If it has ended.
   * @throws {TypeError} If an option is of a wrong type, or `significant` goes
   *   not with the others.
   * @throws {RangeError} If a number is out of range.
   * @throws {DOMException} A `TimeoutError`, if it was not up in its
   *   `startTimeout`.
   * @throws What `Process.start` and `Process.ready` throw. In all these cases
   *   the child is not kept.
   */
  spawn<A extends readonly unknown[], I>(
    actor: ClassActor<A, I>,
    ...parameters: ChildParameters<NoInfer<A>>
  ): Promise<ClassChild<I>>;
  /** Starts an actor that is a function as its last child; as above. */
  spawn<A extends readonly unknown[], R>(
    actor: FunctionActor<A, R>,
    ...parameters: ChildParameters<NoInfer<A>>
  ): Promise<Child<R>>;
  async spawn<A extends readonly unknown[]>(
    actor: ClassActor<A, unknown> | FunctionActor<A, unknown>,
    ...[args, options]: ChildParameters<A>
  ): Promise<unknown> {
    const make = workerChild(this.#supervision, actor, args, options ?? {});
    return (await this.#supervision.add(make)).handle;
  }

  /**
   * Starts a list of actors, one after another, as its last children: all of
   * them, or none.
   *
   * @returns The children, when the last of them is up.
   * @throws {StartError} If one does not start. Those before it were stopped, in
   *   reverse order, and none is kept. The `cause` is why.
   * @throws What {@linkcode Supervisor.check} throws, before anything starts.
   * @throws {SupervisorStateError} If it has ended.
   */
  async start<const L extends readonly AnyActor[]>(
    children: readonly [...DefinitionList<L>],
  ): Promise<ChildList<L>> {
    const added = await this.#supervision.addAll(this.#makes(children));
    return added.map(({ handle }) => handle) as unknown as ChildList<L>;
  }

  /**
   * Checks a list of children and starts nothing.
   *
   * @throws {TypeError} If an option is of a wrong type; it names the child.
   * @throws {RangeError} If a number is out of range.
   * @throws {ChildExistsError} If an id is given twice, or taken.
   * @throws {MaxChildrenError} If there is no room for all of them.
   */
  check<const L extends readonly AnyActor[]>(
    children: readonly [...DefinitionList<L>],
  ): void {
    this.#supervision.prepare(this.#makes(children));
  }

  /**
   * Takes another supervisor as its last child: restarts it when it ends, and
   * stops it in turn. Restarted, it starts all the children it kept, in order.
   *
   * Shut down by its own `shutdown`, it is stopped as by
   * {@linkcode Supervisor.terminate}: it stays a child, and is not restarted.
   *
   * @throws {TypeError} If it is no supervisor, or the one above this one; if an
   *   option is of a wrong type.
   * @throws {SupervisorStateError} If one of the two has ended, or the other is
   *   supervised already.
   * @throws {ChildExistsError} If there is a child of this id.
   * @throws {MaxChildrenError} If it has all the children it takes.
   */
  async supervise(
    supervisor: Supervisor,
    options: SuperviseOptions = {},
  ): Promise<NestedChild> {
    if (
      typeof supervisor !== "object" || supervisor === null ||
      !(#supervision in supervisor)
    ) {
      throw new TypeError(
        `Cannot supervise by "${this.name}": expected a supervisor`,
      );
    }
    const { handle } = await this.#supervision.add(
      nestedChild(this.#supervision, supervisor.#supervision, options),
    );
    return handle as NestedChild;
  }

  /**
   * Stops a child in the way it was specified, and does not restart it. Kept
   * unless it is temporary, it can be started again by hand.
   *
   * @returns How it ended; if it was down, how it did that before.
   * @throws {ChildNotFoundError} If there is no such child.
   * @throws {SupervisorStateError} If it has ended.
   */
  terminate(id: string): Promise<ChildExit | undefined> {
    return this.#supervision.terminate(id);
  }

  /**
   * Starts a child that is down: that was stopped, ended normally or was denied
   * a right. It does not count as a restart.
   *
   * @returns The child, when it is up.
   * @throws {ChildNotFoundError} If there is no such child.
   * @throws {ChildStateError} If it runs or is about to be restarted.
   * @throws {SupervisorStateError} If it has ended.
   * @throws What {@linkcode Supervisor.spawn} throws if it does not start. It
   *   then stays down, and is kept.
   */
  async restart(id: string): Promise<Child | NestedChild> {
    return (await this.#supervision.restart(id)).handle;
  }

  /**
   * Forgets a child that is down.
   *
   * @throws {ChildNotFoundError} If there is no such child.
   * @throws {ChildStateError} If it runs or is about to be restarted.
   * @throws {SupervisorStateError} If it has ended.
   */
  remove(id: string): Promise<void> {
    return this.#supervision.remove(id);
  }

  /** The children, in start order: a new list at each call. */
  children(): ChildInfo[] {
    return this.#supervision.children.all.map((
      { id, handle, state, restarts, spec },
    ) => ({ id, child: handle, state, restarts, spec }));
  }

  /** The child of this id; undefined if there is none. */
  child(id: string): Child | NestedChild | undefined {
    return this.#supervision.children.get(id)?.handle;
  }

  /** How many children there are. */
  count(): ChildCount {
    const all = this.#supervision.children.all;
    const supervisors = all.filter(({ spec }) => spec.kind === "supervisor");
    return {
      specs: all.length,
      active: all.filter(({ isAlive }) => isAlive).length,
      supervisors: supervisors.length,
      workers: all.length - supervisors.length,
    };
  }

  /**
   * What a child was specified to be, with the defaults filled in.
   *
   * @throws {ChildNotFoundError} If there is no such child.
   */
  spec(id: string): ChildSpec {
    return this.#supervision.children.need("tell the specification of", id)
      .spec;
  }

  /**
   * The messages that were set aside, since they were in hand at too many
   * deaths, oldest first: a new list. Of more than 1,000 the oldest go.
   */
  get quarantine(): QuarantinedMessage[] {
    return this.#supervision.quarantine.all;
  }

  /**
   * The tree below it as text, a line for each child: state, restarts, mailbox,
   * what it has in hand, how long its event loop has been blocked, rights. It
   * asks nothing of the actors, so it shows blocked ones, too.
   */
  inspect(): string {
    return drawTree(this.#supervision);
  }

  /**
   * Ends the program in order when it is told to by a signal. The first `SIGINT`
   * or `SIGTERM` stops the children as {@linkcode Supervisor.shutdown} does, within the
   * deadline, says on stderr what was cut, and exits; the second exits at once.
   * The exit code is 128 and the number of the signal: 130, 143. Nothing is
   * installed unless this is called.
   *
   * @returns What ends the handling when it is disposed of.
   * @throws {TypeError} If a signal is none that ends programs.
   * @throws {RangeError} If the deadline is negative or NaN.
   */
  handleSignals(options?: SignalOptions): Disposable {
    return handleSignals(
      this.name,
      (deadline) => this.shutdown({ deadline }),
      options,
    );
  }

  /** Whether it has not ended; of a child, whether that runs at this moment. */
  isAlive(id?: string): boolean {
    if (id === undefined) return this.#supervision.life.isAlive;
    return this.#supervision.children.get(id)?.isAlive ?? false;
  }

  /**
   * Waits until it is over: until it has ended, and no supervisor above starts
   * it again.
   *
   * @returns How it ended; `undefined` if it is not over after `timeout` ms.
   * @throws {RestartIntensityError} If it gave up.
   */
  join(options?: WaitOptions): Promise<SupervisorExit | undefined>;
  /**
   * Waits until a child is over, as the `join` of the child does.
   *
   * @returns How it ended; `undefined` if it is not over after `timeout` ms.
   * @throws {ChildNotFoundError} If there is no such child.
   */
  join(id: string, options?: WaitOptions): Promise<ChildExit | undefined>;
  async join(
    first?: string | WaitOptions,
    options?: WaitOptions,
  ): Promise<ChildExit | undefined> {
    if (typeof first !== "string") {
      return await this.#supervision.life.outcome.wait(first);
    }
    const child = this.#supervision.children.need("wait for", first);
    return await child.outcome.wait(options);
  }

  /**
   * Ends it: stops its children, from the last to the first, each in the way it
   * was specified. Does nothing if it has ended.
   *
   * @returns What became of the children.
   * @throws {RangeError} If the deadline is negative or NaN.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<ShutdownReport> {
    return await this.#supervision.life.shutdown(
      checkTimeout(options.deadline),
    );
  }

  /** As {@linkcode Supervisor.shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** How it looks when it is logged. */
  [INSPECT](): string {
    const { specs, active } = this.count();
    return `supervisor "${this.name}" (${
      this.isAlive() ? `${active} of ${specs} children run` : "ended"
    })`;
  }

  #makes(children: readonly unknown[]): MakeChild[] {
    if (!Array.isArray(children)) {
      throw new TypeError(
        `Cannot start children of supervisor "${this.name}": expected a list`,
      );
    }
    return children.map(({ actor, args, ...options }) =>
      workerChild(this.#supervision, actor, args, options)
    );
  }
}
