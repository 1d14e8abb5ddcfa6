/**
 * Tasks that run for as long as a test wants.
 *
 * @module
 */
import { type Future, type ProcessPool, Queue } from "../../../mod.ts";
import { held } from "../../fixtures/actors/pool_tasks.ts";
import { soon } from "../../channels/inside.ts";

/** Keeps workers of a pool at work. */
export class Held {
  /** Where the tasks tell that they run: the names of their workers. */
  readonly up = new Queue<string>();
  /** What the tasks wait for. */
  readonly gate = new Queue<unknown>();
  readonly futures: Future<unknown>[] = [];

  /** Submits so many, and waits until all of them run. */
  static async in(pool: ProcessPool, count = 1): Promise<Held> {
    const tasks = new Held();
    tasks.submit(pool, count);
    await tasks.started(count);
    return tasks;
  }

  submit(pool: ProcessPool, count = 1): void {
    for (let n = 0; n < count; n++) {
      this.futures.push(pool.submit(held, [this.up, this.gate]));
    }
  }

  /** Waits until so many more run; gives the names of their workers. */
  async started(count = 1): Promise<string[]> {
    const names: string[] = [];
    while (names.length < count) {
      names.push(await soon(this.up.get()) as string);
    }
    return names;
  }

  /** Lets all that were submitted go. */
  release(value: unknown = "let go"): void {
    for (const _ of this.futures) this.gate.tryPut(value);
  }
}

/** The error that a future rejects with. */
export async function errorOf(future: Future<unknown>): Promise<Error> {
  return await soon(future.exception()) as Error;
}
