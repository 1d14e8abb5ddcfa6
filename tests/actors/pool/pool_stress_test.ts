// Process pools under load: whatever is done to a task, and around it, its
// future settles once, in a way that its story allows, and it has run once or
// not at all. See seeded.ts for how a failure is repeated.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { waitingParcels } from "../../../channels/broker.ts";
import { Life, lifeOf } from "../../../channels/threads.ts";
import { THREAD } from "../../../channels/until.ts";
import {
  activeProcesses,
  asCompleted,
  BrokenPoolError,
  type FunctionActor,
  PoolClosedError,
  type Process,
  ProcessPool,
  Queue,
  type SubmitOptions,
  wait,
} from "../../../mod.ts";
import * as tasks from "../../fixtures/actors/pool_stress.ts";
import { type Mark, newMarks } from "../../fixtures/actors/pool_stress.ts";
import { soon } from "../../channels/inside.ts";
import { type Round, stress } from "../../channels/seeded.ts";
import { assertNoThreads, settledTo } from "../../leaks.ts";
import { KINDS, randomKind } from "./pool_kinds.ts";
import { Around, checkMapError, Story } from "./pool_story.ts";

/** The first number of a task that a task submits. */
const FIRST_INNER = 1000;

/** The most tasks that the test submits to one pool. */
const MOST_OWN = 600;

function aWhile(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const INLINE = { compact: true, breakLength: Infinity };

let pools = 0;

/** A pool, and all that was done with it. */
class Scene {
  readonly pool: ProcessPool;
  readonly around: Around;
  readonly stories: Story[] = [];
  readonly maps: Promise<void>[] = [];
  readonly marks: Int32Array<SharedArrayBuffer>;
  /** Closed in the end: then those go on that wait there. */
  readonly queue = new Queue<0>();

  readonly #round: Round;
  readonly #memory = newMarks();
  readonly #isPrepared: boolean;
  readonly #controllers = new Map<Story, AbortController>();
  /** How many tasks the test submits at the most. */
  readonly #most: number;
  #numbers = 0;

  constructor(round: Round) {
    this.#round = round;
    this.marks = new Int32Array(this.#memory);
    this.marks[tasks.LAST_INNER] = FIRST_INNER;
    const workers = 1 + round.below(4);
    const broken = round.of<"task" | "pool">("task", "task", "task", "pool");
    this.#isPrepared = round.random() < 0.5;
    const isUnfit = this.#isPrepared && round.random() < 0.08;
    const way = isUnfit ? "throw" : round.of("at once", "later");
    this.around = new Around(workers, broken, isUnfit);
    const share = round.of(undefined, undefined, 1, 3, 10);
    // Threads take their time to start.
    this.#most = Math.min(MOST_OWN, 40 * (share ?? Infinity));
    this.pool = new ProcessPool({
      name: `stress-${++pools}`,
      workers,
      broken,
      grace: round.of(undefined, 0, 5, 50),
      maxTasksPerWorker: share,
      ...(this.#isPrepared && {
        initializer: tasks.prepare,
        initializerArgs: [this.#memory, way],
      }),
    });
  }

  /** What is known of it, for the error. */
  get told(): string {
    const { pool, stories, around } = this;
    const open = stories.filter(({ future }) => !future.done);
    const lines = open.map(({ kind, n, future }) =>
      `${kind} ${n}, begun ${this.marks[n]}: ${Deno.inspect(future)}`
    );
    const workers = this.#workers.map(({ name }) => name);
    const load = { ...pool.stats(), wait: undefined, run: undefined };
    return [...lines, Deno.inspect({ load, workers, around }, INLINE)]
      .join("\n");
  }

  /** Does one of all the things that may happen to a pool. */
  async step(): Promise<void> {
    const round = this.#round;
    const dice = round.random();
    if (dice < 0.5) this.submit();
    else if (dice < 0.53) {
      for (let n = round.below(40); n > 0; n--) this.submit();
    } else if (dice < 0.63) this.cancel();
    else if (dice < 0.7) this.abort();
    else if (dice < 0.74) this.kill();
    else if (dice < 0.79) this.map();
    else if (dice < 0.97) await aWhile(round.of(0, 0, round.random() * 8));
    else await aWhile(round.random() * 40);
    this.look();
  }

  /** Fails if there are more workers than there may be. */
  look(): void {
    const { workers } = this.around;
    assertLessOrEqual(this.#workers.length, workers, "too many workers");
    assertLessOrEqual(this.pool.stats().workers, workers);
  }

  /** The workers that may still act. */
  get #workers(): Process[] {
    return activeProcesses().filter((process) =>
      process.name.startsWith(`${this.pool.name}:`) &&
      lifeOf(process[THREAD]) === Life.running
    );
  }

  /** Submits a task of some kind. */
  submit(): void {
    const round = this.#round;
    const mark = this.#mark();
    if (mark === undefined) return;
    const name = randomKind(round);
    const { actor, end, more } = KINDS[name]!;
    const story = new Story(mark.n, name, end);
    const options: SubmitOptions = {
      onReport: (report) => story.reports.push(report),
    };
    const dice = round.random();
    if (dice < 0.2) {
      options.timeout = round.of(0, 3, round.random() * 12, 10_000);
      story.hasTimeout = options.timeout < 10_000;
    }
    if (dice > 0.15 && dice < 0.4) {
      const controller = new AbortController();
      options.signal = controller.signal;
      this.#controllers.set(story, controller);
      if (round.random() < 0.05) this.#abort(story, controller);
    }
    const args = [mark, ...more?.(round, story, this) ?? []];
    options.transfer = story.transfer;
    try {
      story.future = this.pool.submit(
        actor as FunctionActor<unknown[], unknown>,
        args,
        options,
      );
    } catch (error) {
      return this.#checkRefusal(error);
    }
    story.future.addDoneCallback(() => story.ends++);
    this.stories.push(story);
  }

  #mark(): Mark | undefined {
    if (this.#numbers === this.#most) return undefined;
    const memory = this.#isPrepared ? undefined : this.#memory;
    return { n: ++this.#numbers, memory };
  }

  #checkRefusal(error: unknown): void {
    const { mayBreak, isClosed } = this.around;
    assert(
      mayBreak && error instanceof BrokenPoolError ||
        isClosed && error instanceof PoolClosedError,
      `Refused: ${error}`,
    );
  }

  /** Cancels a task. */
  cancel(): void {
    const { stories } = this;
    const story = this.#round.of(...stories, ...stories.slice(-5));
    story?.cancel();
  }

  /** Aborts a task. */
  abort(): void {
    const all = [...this.#controllers];
    if (all.length > 0) this.#abort(...this.#round.of(...all));
  }

  #abort(story: Story, controller: AbortController): void {
    if (story.future?.done || controller.signal.aborted) return;
    story.abortedFor = new Error(`abort ${story.n}`);
    controller.abort(story.abortedFor);
    const { future } = story;
    if (future !== undefined) assert(future.done, "aborted, and not done");
  }

  /** Terminates a worker. */
  kill(): void {
    const { killed } = this.around;
    const victim = this.#round.of(...this.#workers);
    if (victim === undefined) return;
    killed.add(victim.name);
    victim.terminate();
  }

  /** Begins to map over some items. */
  map(): void {
    const round = this.#round;
    const count = Math.min(
      round.of(1, 10, 100),
      this.#most - this.#numbers,
    );
    const throwing = round.of(0, 0, 0.02, 0.2);
    const items = Array.from({ length: count }, () =>
      [
        this.#mark()!,
        round.random() < throwing
          ? "throw"
          : round.of("return", "return", "wait", "compute"),
      ] as const);
    const controller = new AbortController();
    try {
      const results = this.pool.map(
        tasks.mapped,
        round.random() < 0.5 ? items : oneByOne(items),
        {
          chunkSize: round.of(undefined, 1, 3, 20),
          buffer: round.of(undefined, 1, 10, 50),
          signal: controller.signal,
        },
      );
      const most = round.of(Infinity, Infinity, round.below(count + 1));
      const reading = this.#readMap(results, items, controller, most);
      this.maps.push(reading);
      let timer: ReturnType<typeof setTimeout> | undefined;
      if (round.random() < 0.1) {
        timer = setTimeout(() => controller.abort("map"), round.below(20));
      }
      // How it ends is looked at later.
      reading.catch(() => {}).finally(() => clearTimeout(timer));
    } catch (error) {
      this.#checkRefusal(error);
    }
  }

  /** Reads so many results, which must be those of the items. */
  async #readMap(
    results: AsyncIterable<number>,
    items: readonly (readonly [Mark, string])[],
    { signal }: AbortController,
    most: number,
  ): Promise<void> {
    let read = 0;
    const next = async () => {
      if (read === most) return;
      for await (const result of results) {
        const [{ n }, what] = items[read++]!;
        assertEquals([result, what === "throw"], [n, false]);
        if (read === most) return;
      }
      assertEquals(read, items.length, "results are missing");
    };
    await next().catch((error) => {
      if (signal.aborted && error === "map") return;
      const [{ n }, what] = items[read] ?? [{ n: 0 }, "end"];
      if (what !== "throw" || error.remoteName !== "RangeError") {
        checkMapError(error, this.around);
      } else assertEquals(error.cause.message, String(n));
    });
  }

  /** Ends the pool in some way, and waits until all is settled. */
  async end(): Promise<void> {
    const round = this.#round;
    const { pool, around, queue, stories } = this;
    const way = round.of("dispose", "cancel", "leave", "terminate");
    around.isClosed = true;
    around.isCancelled = way === "cancel";
    around.isTerminated = way === "terminate";
    let end: Promise<void> | undefined;
    if (way === "dispose") end = pool[Symbol.asyncDispose]();
    else if (way === "cancel") end = pool.shutdown({ cancelFutures: true });
    else if (way === "terminate") end = pool.terminateWorkers();
    else await soon(pool.shutdown({ wait: false }));
    for (let n = round.of(0, 0, 10); n > 0; n--) await this.step();
    queue.close();
    if (end === undefined) {
      await this.#awaitAll();
      if (round.random() < 0.3) {
        around.isTerminated = true;
        await soon(pool.terminateWorkers());
      } else await soon(pool.shutdown());
    } else {
      await soon(end);
      // Nothing is left that could settle any of them later.
      assertEquals(stories.filter(({ future }) => !future.done), []);
    }
  }

  async #awaitAll(): Promise<void> {
    const futures = this.stories.map(({ future }) => future);
    if (this.#round.random() < 0.5) {
      const { notDone } = await soon(wait(futures));
      assertEquals(notDone.size, 0);
      return;
    }
    const seen = new Set<unknown>();
    const all = asCompleted(futures);
    for (;;) {
      const { done, value } = await soon(all.next());
      if (done) break;
      assert(value.done && !seen.has(value));
      seen.add(value);
    }
    assertEquals(seen.size, futures.length);
  }

  /** Checks all that became of the pool and its tasks. */
  async check(): Promise<void> {
    await soon(Promise.all(this.maps));
    for (const story of this.stories) {
      await story.check(this.around, this.marks);
    }
    const began = this.marks.subarray(tasks.LAST_INNER + 1);
    assert(began.every((times) => times <= 1), "a task ran twice");
    const { workers, busy, queued } = this.pool.stats();
    assertEquals({ workers, busy, queued }, { workers: 0, busy: 0, queued: 0 });
    assertEquals(this.#workers, []);
    await assertNoThreads();
    // What went beside their arguments has gone with them.
    assertEquals(await settledTo(waitingParcels, 0), 0);
  }
}

stress("each task of a pool ends once, as its story allows", async (round) => {
  const scene = new Scene(round);
  try {
    for (let n = round.of(5, 30, 80); n > 0; n--) await scene.step();
    await scene.end();
    await scene.check();
  } catch (cause) {
    const told = `${(cause as Error).message}\n${scene.told}`;
    scene.pool.terminateWorkers().catch(() => {});
    throw new Error(told, { cause });
  }
});
