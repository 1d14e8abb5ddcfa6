/**
 * The work of a worker: takes tasks, calls their functions, and answers.
 *
 * ```text
 *   tasks ──▶ take, signed for ──▶ call ──▶ answer ──▶ replies
 *                                   ▲
 *   control ── stop this task ──────┘    (heard where the task waits)
 * ```
 *
 * One task at a time, to its end. That a task was taken is known from the
 * ledger, and what is in hand from the board: a worker that ends in the middle
 * of a task need not say so.
 *
 * @module
 */

import { serveAll } from "../../channels/callers.ts";
import { NotSendableError } from "../../channels/errors.ts";
import { Ledger } from "../../channels/ledger.ts";
import { NOTHING, Receiver } from "../../channels/receiver.ts";
import { Ring } from "../../channels/ring.ts";
import { ownThread } from "../../channels/threads.ts";
import { isTurnDue, turn } from "../../channels/turn.ts";
import { waitAt } from "../../channels/waiting.ts";
import { relocated } from "../../channels/relocated.ts";
import { errorBytes, ofResult } from "../error_bytes.ts";
import { Pace } from "../pace.ts";
import { holdRing } from "../protocol.ts";
import type { AnyFunction } from "../sendable.ts";
import { isThenable } from "../thenable.ts";
import { Board } from "./_board.ts";
import { Catalogue } from "./_catalogue.ts";
import { setCurrentTask } from "./current_task.ts";
import {
  type ChunkOutcome,
  type TaskFunction,
  taskFunction,
} from "./task_functions.ts";
import { Said, Told, Trait, type WorkerOrder } from "./_protocol.ts";
import type { Nested, WorkerStart } from "./_protocol.ts";
import {
  settleNested,
  TaskContext,
  type TaskSurroundings,
} from "./_task_context.ts";

/** No more tasks will come. */
class NoMoreTasks extends Error {}

/** A task that was taken. */
interface Taken {
  readonly actor: number;
  readonly number: number;
  readonly traits: number;
  /** The arguments. */
  readonly args: unknown[];
}

/** See the module. */
export class TaskLoop {
  readonly #start: WorkerStart;
  readonly #ring: Ring;
  readonly #ledger: Ledger;
  readonly #receiver: Receiver<unknown[]>;
  readonly #catalogue: Catalogue;
  readonly #board: Board;
  readonly #around: TaskSurroundings;
  readonly #pace = new Pace();
  /** The functions that were loaded, by the numbers of their actors. */
  readonly #functions: (TaskFunction | undefined)[] = [];
  /** The task that was taken and is not to begin. */
  #aborted: number | undefined;
  readonly #ended = new AbortController();
  #context: TaskContext | undefined;
  #isChunk = false;
  #left: number;
  /** When the task in hand was begun, or the one before it was over, in ms. */
  #since = 0;

  /** The loop of the worker that `start` describes. */
  constructor(start: WorkerStart) {
    this.#start = start;
    this.#left = start.limit;
    this.#ring = Ring.at(start.tasks);
    this.#ledger = this.#ring.ledger = new Ledger(start.ledger);
    holdRing(this, this.#ring);
    this.#receiver = new Receiver<unknown[]>(this.#ring, {
      label: "the tasks of a pool",
      verb: "take from",
      check: () => {},
      isOver: () => false,
      endedError: () => new NoMoreTasks(),
    });
    this.#catalogue = new Catalogue(start.catalogue);
    this.#board = new Board(start.board);
    const { pool, replies } = start;
    this.#around = { pool, replies, board: this.#board };
    this.#attend();
  }

  /** Runs the initializer; tells whether that went well. */
  async prepare(): Promise<boolean> {
    const { initializer, initializerArgs } = this.#start;
    if (initializer === undefined) return true;
    try {
      const { call } = await this.#load(initializer);
      await call(...initializerArgs as never[]);
      return true;
    } catch (error) {
      this.#say(errorBytes(error), 0, Said.unfit);
      return false;
    }
  }

  /** Runs tasks until there are no more, or it has had its share. */
  async run(): Promise<void> {
    this.#board.setReady();
    while (this.#left > 0 || this.#receiver.isOpening) {
      if (isTurnDue() || this.#pace.isLate()) {
        serveAll();
        await turn();
        continue;
      }
      const task = this.#take();
      if (task === NOTHING) {
        await this.#sleep();
        this.#pace.rested();
        this.#since = 0;
        continue;
      }
      if (task === undefined) break;
      // Withdrawn before it was taken.
      if (!this.#ledger.isGranted) continue;
      this.#left--;
      const done = this.#begin(task);
      if (done !== undefined) await done;
    }
    this.#ended.abort();
  }

  #take(): unknown[] | typeof NOTHING | undefined {
    try {
      return this.#receiver.takeSoon();
    } catch (error) {
      if (error instanceof NoMoreTasks) return undefined;
      throw error;
    }
  }

  /** Waits until there is a task, or it is to take none. */
  #sleep(): Promise<void> {
    return waitAt([this.#ring.consumers], {
      attempt: () =>
        this.#receiver.isReady ||
        this.#left <= 0 && !this.#receiver.isOpening,
      options: undefined,
      late: () => "",
    });
  }

  /** Hears what the pool says to this worker alone. */
  #attend(): void {
    const { control } = this.#start;
    waitAt([control.ring.consumers], {
      attempt: () => {
        control.hear((order) => this.#obey(order));
        return false;
      },
      options: { signal: this.#ended.signal },
      late: () => "",
      keepsAlive: false,
    }).catch(() => {});
  }

  #obey([word, number, what]: WorkerOrder): void {
    const context = this.#context;
    switch (word) {
      case Told.retire:
        this.#left = 0;
        this.#ring.consumers.serve();
        return;
      case Told.settled:
        settleNested(number, what as Nested);
        return;
      case Told.confirm:
        context?.confirm(number);
        return;
      case Told.abort:
        // Out of this look, since user code listens to the signal.
        if (context?.number === number) {
          queueMicrotask(() => context.abort(what));
        } else if (this.#receiver.isOpening) this.#aborted = number;
    }
  }

  /** Begins a task; gives a promise where that takes longer. */
  #begin(message: unknown[]): Promise<void> | undefined {
    const traits = message.pop() as number;
    const number = message.pop() as number;
    const actor = message.pop() as number;
    const task: Taken = { actor, number, traits, args: message };
    this.#board.begin(number);
    if ((traits & Trait.watched) !== 0) {
      this.#say(ownThread(), number, Said.started);
    }
    if (this.#since === 0) this.#since = performance.now();
    if (this.#aborted === number) {
      // Its future is settled; nobody wants to hear of it.
      this.#end(number);
      return undefined;
    }
    const run = this.#functions[actor];
    return run === undefined ? this.#loadAndCall(task) : this.#call(task, run);
  }

  async #loadAndCall(task: Taken): Promise<void> {
    let run: TaskFunction;
    try {
      run = await this.#load(task.actor);
    } catch (error) {
      this.#answer(errorBytes(error), task.number, Said.failed);
      return;
    }
    await this.#call(task, run);
  }

  async #load(actor: number): Promise<TaskFunction> {
    const { module, name } = this.#catalogue.get(actor);
    return this.#functions[actor] = await taskFunction(module, name);
  }

  #call(task: Taken, run: TaskFunction): Promise<void> | undefined {
    const { number, traits, args } = task;
    const { name } = this.#catalogue.get(task.actor);
    const context = new TaskContext(name, number, this.#around);
    setCurrentTask(this.#context = context);
    this.#isChunk = (traits & Trait.chunk) !== 0;
    if (this.#isChunk) {
      const items = args[0] as unknown[];
      return run.callEach === undefined
        ? this.#callEach(task, run.call, items, [])
        : this.#callElsewhere(task, run.callEach, items);
    }
    let result: unknown;
    try {
      // Not as a method, which its stack would show.
      const { call } = run;
      result = call(...args as never[]);
    } catch (error) {
      this.#answer(errorBytes(error), number, Said.threw);
      return undefined;
    }
    if (isThenable(result)) return this.#finish(number, result);
    this.#answer(result, number, Said.value);
    return undefined;
  }

  async #finish(number: number, result: PromiseLike<unknown>): Promise<void> {
    let value: unknown;
    try {
      value = await result;
    } catch (error) {
      this.#answer(errorBytes(error), number, Said.threw);
      return;
    }
    this.#answer(value, number, Said.value);
  }

  /** Has a chunk be dealt with elsewhere, as a whole. */
  async #callElsewhere(
    { number, traits }: Taken,
    callEach: NonNullable<TaskFunction["callEach"]>,
    items: unknown[],
  ): Promise<void> {
    let outcome: ChunkOutcome;
    try {
      outcome = await callEach(items, (traits & Trait.spread) !== 0);
    } catch (error) {
      outcome = { results: [], thrown: { error } };
    }
    const { results, thrown } = outcome;
    if (thrown === undefined) this.#answer(results, number, Said.value);
    else this.#answer([results, errorBytes(thrown.error)], number, Said.partly);
  }

  /** Calls the function with each of the items for which there is no result. */
  #callEach(
    task: Taken,
    run: AnyFunction,
    items: unknown[],
    results: unknown[],
  ): Promise<void> | undefined {
    const { number, traits } = task;
    const isSpread = (traits & Trait.spread) !== 0;
    const context = this.#context!;
    try {
      for (let i = results.length; i < items.length; i++) {
        const result = isSpread
          ? run(...items[i] as never[])
          : run(items[i] as never);
        if (isThenable(result)) {
          return this.#callRest(task, run, items, results, result);
        }
        results.push(result);
        if (context.isAborted) break;
      }
    } catch (error) {
      this.#answer([results, errorBytes(error)], number, Said.partly);
      return undefined;
    }
    this.#answer(results, number, Said.value);
    return undefined;
  }

  async #callRest(
    task: Taken,
    run: AnyFunction,
    items: unknown[],
    results: unknown[],
    result: PromiseLike<unknown>,
  ): Promise<void> {
    try {
      results.push(await result);
    } catch (error) {
      this.#answer([results, errorBytes(error)], task.number, Said.partly);
      return;
    }
    await this.#callEach(task, run, items, results);
  }

  /** Answers, and is done with the task. */
  #answer(what: unknown, number: number, word: number): void {
    const now = performance.now();
    const ms = now - this.#since;
    this.#since = now;
    try {
      this.#start.replies.say([what, number, word, ms]);
    } catch (error) {
      this.#answerUnsent(what, number, word, error);
    }
    this.#end(number);
  }

  /**
   * Says that a result cannot be sent: the trouble of that task alone, and of a
   * chunk, of that item, with the results before it.
   */
  #answerUnsent(
    what: unknown,
    number: number,
    word: number,
    error: unknown,
  ): void {
    const { replies } = this.#start;
    const [results, inside] = word === Said.partly
      ? [(what as unknown[][])[0]!, /^\$\[0\]\[0\]\[(\d+)\]/]
      : [what as unknown[], /^\$\[0\]\[(\d+)\]/];
    const found = this.#isChunk && error instanceof NotSendableError &&
      inside.exec(error.path);
    if (!found) {
      replies.say([errorBytes(ofResult(error)), number, Said.failed, 0]);
      return;
    }
    const why = errorBytes(relocated(error, inside));
    replies.say([
      [results.slice(0, Number(found[1])), why, true],
      number,
      Said.partly,
      0,
    ]);
  }

  #end(number: number): void {
    this.#context?.end();
    this.#context = undefined;
    setCurrentTask(undefined);
    if (!this.#board.end(number)) this.#left = 0;
  }

  #say(what: unknown, number: number, word: number): void {
    this.#start.replies.say([what, number, word, 0]);
  }
}
