/**
 * An actor's thread, as the one who started it sees it: starts it, watches it,
 * ends it, and reads how it ended.
 *
 * Three things tell of an end, each for another purpose:
 *
 * - the **thread table** says at once that the actor left or was fenced, so
 *   that nobody waits for it in a channel any longer;
 * - the **record** holds what it said when it left;
 * - its **lock** is granted when the thread is really gone. Only then its slot
 *   is given away, and only then `isAlive` says so.
 *
 * @module
 */

import { Callers } from "../channels/callers.ts";
import {
  childrenOf,
  claimThread,
  fenceThread,
  Life,
  lifeOf,
  releaseThread,
  threadExists,
  wakeAllThreads,
  wakeThread,
} from "../channels/threads.ts";
import { unpackAll } from "../channels/handle.ts";
import { waitAt } from "../channels/waiting.ts";
import type { Exit } from "./exit.ts";
import {
  type Ended,
  endedExit,
  loadFailure,
  readExit,
  silentExit,
} from "./read_exit.ts";
import { Over, Record, type StopOrder } from "./record.ts";
import { reapOrphan, STUCK_AFTER } from "./_reap_orphan.ts";
import { startOf, type ThreadSpec, workerOf } from "./_thread_spec.ts";
import { startWorker } from "./spares.ts";
import { endingCount, endInTurn } from "./_terminations.ts";
import type { TrampolineMessage } from "./_trampoline.ts";
import { EndListeners, type WatchedThread } from "./watched_thread.ts";
import { isLockFree, lockIsFree, lockName } from "./_web_locks.ts";
import { setKeepsAlive } from "./_worker_ref.ts";

/**
 * How long to wait, in ms, for word of a thread whose lock came free though it
 * did not say that it would leave: the lock may have been stolen from it, and
 * then it takes it again within a turn of its event loop.
 */
const SILENT_AFTER = 500;

/** So much longer a thread may take to stop for each that is ended as well. */
const EACH_OTHER = 100; // ms

/** Deno's ports have these methods; its types do not. */
interface ControlPort extends MessagePort {
  ref?(): void;
  unref?(): void;
}

/** See the module. */
export class ActorThread<R> implements WatchedThread<R> {
  /** The thread's id. */
  readonly thread: number;
  /** How the actor ended. */
  readonly record: Record = new Record();
  /** Settles when the end was seen, or when the thread turned out stuck. */
  readonly exit: Promise<Exit<R>>;
  /** Those who wait for that now. */
  readonly listeners: EndListeners;

  /** Without the arguments: a running actor keeps none of them alive here. */
  readonly #actor: Ended;
  readonly #worker: Worker;
  readonly #port: ControlPort;
  readonly #life = new Callers();
  readonly #lifeEnds = new AbortController();
  readonly #watch = new AbortController();
  readonly #locked = Promise.withResolvers<void>();
  readonly #exit = Promise.withResolvers<Exit<R>>();
  readonly #beside = Promise.withResolvers<readonly unknown[]>();
  /** Called at each word from the trampoline. */
  #onWord: () => void = () => {};
  #loadFailure: string | undefined;
  #workerError: string | undefined;
  #ended: Exit<R> | undefined;
  readonly #hasProcess: boolean;
  #isEnding = false;
  #isWatched = false;
  #isProbed = false;

  /**
   * Starts a thread. Blocks for the 10 to 15 ms that Deno takes to make one.
   *
   * @throws {Deno.errors.NotCapable} If Deno refuses the permissions.
   */
  constructor(spec: ThreadSpec) {
    // What lives on as long as the thread must not keep the whole: it holds the
    // arguments.
    const { declaration, permissions, name, startedAt, daemon } = spec;
    this.#actor = { declaration, permissions, name, startedAt };
    this.#hasProcess = spec.child !== undefined;
    this.exit = this.#exit.promise;
    this.listeners = new EndListeners(this.exit);
    this.thread = claimThread();
    try {
      this.#worker = startWorker(workerOf(spec));
    } catch (error) {
      releaseThread(this.thread);
      throw error;
    }
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker.addEventListener("error", (event) => this.#onError(event));
    port1.onmessage = ({ data }) => {
      this.#onMessage(data);
      if (daemon) setImmediate(() => this.#restPort());
    };
    if (daemon) {
      setKeepsAlive(this.#worker, false);
      this.#port.unref?.();
    }
    this.#post(spec, port2);
    this.#attend();
    // A daemon is watched when somebody asks, since watching keeps the program
    // alive. That it left or was fenced is seen in any case.
    if (!daemon) this.watch();
  }

  /** Whether the thread may still exist. */
  get isAlive(): boolean {
    if (this.record.over === Over.stuck) this.#probe();
    return threadExists(this.thread);
  }

  /** How it ended, if that was seen. */
  get ended(): Exit<R> | undefined {
    return this.#ended;
  }

  /** Begins to wait for the end of the thread, if that was not done yet. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    // Of a daemon too: whoever waits for it keeps the program alive.
    this.#port.ref?.();
    this.#watchLock();
  }

  /** Asks the actor to stop. */
  askToStop(order: StopOrder): void {
    this.record.askToStop(order);
    wakeThread(this.thread);
  }

  /** Ends the thread, and with it all that it started. */
  terminate(isKill = false): void {
    if (isKill) this.record.setKilled();
    fenceThread(this.thread);
    wakeAllThreads();
    this.#life.serve();
  }

  #post(spec: ThreadSpec, port: MessagePort): void {
    const [start, moved] = startOf(spec, this.thread, this.record.memory, port);
    this.#worker.postMessage(start, moved);
  }

  /** Sees, at every wake-up of this thread, whether the actor left. */
  #attend(): void {
    waitAt([this.#life], {
      attempt: () => {
        // The actor sees to that too, unless it computes.
        this.record.links.endIfBroken(this.thread);
        if (lifeOf(this.thread) === Life.running) return false;
        this.#end();
        return true;
      },
      options: { signal: this.#lifeEnds.signal },
      late: () => "",
      keepsAlive: false,
    }).catch(() => {});
  }

  /**
   * The port of a daemon again without its hold on the program, which today's
   * Deno gives it with each wait for the next message. When that wait has
   * begun; and to a port that it takes for let go, it says nothing.
   */
  #restPort(): void {
    if (this.#isWatched) return;
    this.#port.ref?.();
    this.#port.unref?.();
  }

  #onMessage(message: TrampolineMessage): void {
    if (message.locked !== undefined) this.#locked.resolve();
    if (message.failed !== undefined) {
      this.#loadFailure = message.failed;
      // Of a daemon, too: nothing else tells of this end.
      this.watch();
    }
    if (message.beside !== undefined) this.#beside.resolve(message.beside);
    this.#onWord();
  }

  /**
   * The host catches all errors, so this is the trampoline's or the platform's
   * own. Not dealt with it would end the program.
   */
  #onError(event: ErrorEvent): void {
    event.preventDefault();
    this.#workerError ??= event.message;
    this.#locked.resolve();
  }

  /** The actor left or was fenced: sees to the end of its thread. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.watch();
    // An actor that left has closed its worker, and nothing holds that up.
    if (lifeOf(this.thread) === Life.fenced) {
      endInTurn(() => this.#endWorker());
    }
  }

  async #endWorker(): Promise<void> {
    // Before it has its lock the thread could end unseen.
    await this.#locked.promise;
    // An agent closes itself, once its process is gone.
    if (this.#hasProcess && await this.#isGoneIn(3 * STUCK_AFTER)) return;
    this.#worker.terminate();
    // Where many end at once they share the processors, also with those that
    // still load, which Deno does not cut short.
    const patience = STUCK_AFTER + endingCount() * EACH_OTHER;
    if (await this.#isGoneIn(patience)) return;
    // One that came back to its event loop, and is on its way, may take longer.
    // Not for ever, whatever the platform does.
    if (this.record.isClosing && await this.#isGoneIn(10 * STUCK_AFTER)) return;
    // The word that it is gone may be behind the timer's, if this thread was busy.
    if (await isLockFree(lockName(this.thread))) await this.exit;
    else this.#giveUp();
  }

  /** Whether the end of the thread is seen within so many ms. */
  async #isGoneIn(ms: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const isGone = await Promise.race([isLate, this.exit.then(() => true)]);
    clearTimeout(timer);
    return isGone;
  }

  /** Lets go of a thread that does not stop: the program may end without it. */
  #giveUp(): void {
    this.record.setOver(Over.stuck);
    this.#watch.abort();
    setKeepsAlive(this.#worker, false);
    this.#settle(endedExit(this.record, false));
    // Other threads that wait for the end read it from the record.
    wakeAllThreads();
  }

  async #watchLock(): Promise<void> {
    await this.#locked.promise;
    try {
      for (;;) {
        await lockIsFree(lockName(this.thread), this.#watch.signal);
        if (lifeOf(this.thread) !== Life.running) break;
        if (!await this.#isHeldAgain()) break;
      }
    } catch (error) {
      if (this.#watch.signal.aborted) return; // It was given up.
      throw error;
    }
    await this.#onGone();
  }

  /** Whether word of the lock comes within the time for it. */
  #isHeldAgain(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), SILENT_AFTER);
      this.#onWord = () => {
        clearTimeout(timer);
        resolve(this.#loadFailure === undefined);
      };
    });
  }

  /** The thread is gone. */
  async #onGone(): Promise<void> {
    const life = lifeOf(this.thread);
    const leaving = life === Life.left ? this.record.leaving : undefined;
    this.#bury(life);
    if (life === Life.fenced) return this.#settle(endedExit(this.record, true));
    const beside = leaving?.hasBeside
      ? unpackAll(await this.#beside.promise)
      : [];
    this.#settle(
      leaving !== undefined
        ? readExit<R>(leaving, beside, this.#actor)
        : this.#loadFailure !== undefined
        ? loadFailure(this.#loadFailure, this.#actor)
        : silentExit(this.#workerError, this.#actor),
    );
  }

  #settle(exit: Exit<R>): void {
    this.#ended = exit;
    this.#exit.resolve(exit);
    this.#worker.terminate();
    this.#port.close();
    this.#lifeEnds.abort();
  }

  /** Looks again at a stuck thread; what is found shows at the next question. */
  async #probe(): Promise<void> {
    if (this.#isProbed) return;
    this.#isProbed = true;
    if (await isLockFree(lockName(this.thread))) this.#bury(Life.fenced);
    this.#isProbed = false;
  }

  /** Gives the slot away: from here on nobody takes the thread for alive. */
  #bury(life: number): void {
    // One that ended without a word has not fenced what it started.
    fenceThread(this.thread);
    for (const child of childrenOf(this.thread)) reapOrphan(child);
    this.record.setOver(life === Life.fenced ? Over.terminated : Over.left);
    releaseThread(this.thread);
    wakeAllThreads();
  }
}
