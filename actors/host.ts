/**
 * The host: what runs in an actor's thread around the user's code.
 *
 * It sees to it that every way of ending is told, once and in full:
 *
 * ```text
 *   returns · throws · rejects, unhandled · Deno.exit(n) · self.close()
 *       │
 *       ▼  first one only
 *   children fenced ─▶ outcome into the record ─▶ "left" in the thread table
 *       ─▶ all threads woken ─▶ the worker closes ─▶ its lock is free
 * ```
 *
 * @module
 */

import { joinBroker } from "../channels/broker.ts";
import { Callers } from "../channels/callers.ts";
import { ownHome } from "../channels/home.ts";
import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";
import { NotSendableError } from "../channels/errors.ts";
import { unpackAll } from "../channels/handle.ts";
import { joinShapes } from "../channels/shapes.ts";
import {
  isFenced,
  joinProgram,
  leaveProgram,
  ownThread,
  ROOT,
  stopIfFenced,
  wakeAllThreads,
  wakeThread,
} from "../channels/threads.ts";
import { waitAt } from "../channels/waiting.ts";
import { ClassHost } from "./class_host.ts";
import { inheritConfiguration } from "./configure.ts";
import { abortCurrent } from "./current_process.ts";
import type { ClassTraits, Declaration } from "./declaration.ts";
import { Desk, Doing } from "./desk.ts";
import { sayFarewell } from "./leave.ts";
import { setEnd } from "./links.ts";
import { becomeSelf } from "./own_handle.ts";
import { joinRegistry } from "./_registry_line.ts";
import { nameThread } from "../channels/thread_notes.ts";
import { loadDeclaration, setLoader } from "./load.ts";
import type { StartMessage } from "./start_message.ts";
import { type LeaveReason, MOST_OUTCOME, Record } from "./record.ts";
import { guardLocks, setProgramName } from "./_web_locks.ts";

/** The URL of this module, for the trampoline. */
export const HOST_URL: string = import.meta.url;

/** Runs an actor in this thread. Called by the trampoline. */
export function run(
  start: StartMessage,
  load: (module: string) => Promise<unknown>,
  close: () => void,
): void {
  runActor(start, enterProgram(start, load, close));
}

/** Runs the actor in this thread, which has entered the program. */
export function runActor(start: StartMessage, entered: Entered): void {
  new Host(start, entered).run();
}

/** What a thread knows that has entered the program. */
export interface Entered {
  /** The actor's record. */
  readonly record: Record;
  /** Leaves the program, and closes the thread. */
  readonly leave: () => void;
}

/**
 * Makes this thread the actor's.
 *
 * @param onFenced Called when it finds itself fenced; it leaves, by default.
 */
export function enterProgram(
  start: StartMessage,
  load: (module: string) => Promise<unknown>,
  close: () => void,
  onFenced?: (entered: Entered) => void,
): Entered {
  const record = new Record(start.record);
  const leave = () => {
    record.setClosing();
    leaveProgram();
    wakeAllThreads();
    close();
  };
  const entered = { record, leave };
  joinProgram(
    start.table,
    start.thread,
    onFenced === undefined ? leave : () => onFenced(entered),
  );
  nameThread(start.name);
  joinShapes(start.shapes);
  joinBroker(start.broker);
  joinRegistry(start.registry);
  setProgramName(start.program);
  inheritConfiguration(start.configured);
  setLoader(load);
  // A spare was named before it was known whose thread it would be.
  Object.defineProperty(self, "name", { value: start.name, writable: true });
  return entered;
}

class Host {
  readonly #start: StartMessage;
  readonly #close: () => void;
  readonly #record: Record;
  readonly #desk: Desk;
  readonly #encoder = new Encoder();
  #class: ClassHost | undefined;
  #hasLeft = false;

  constructor(start: StartMessage, { record, leave }: Entered) {
    this.#start = start;
    this.#close = leave;
    this.#record = record;
    this.#desk = new Desk(start.record);
    setEnd((error) => this.#throw(error));
  }

  async run(): Promise<void> {
    const { parent, module, declared } = this.#start;
    becomeSelf(this.#start, () => this.#onHear());
    this.#attend();
    this.#catchEndings();
    guardLocks();
    let declaration: Declaration;
    let values: never[];
    try {
      declaration = await loadDeclaration(module, declared);
      const beside = unpackAll(this.#start.beside);
      const { args } = this.#start;
      values = decode(args, 0, args.length, beside) as never[];
    } catch (error) {
      this.#fail(error);
      return;
    }
    try {
      const { traits, target } = declaration;
      if (traits === undefined) {
        this.#setStarted();
        this.#desk.enter(Doing.handling, declared, parent.name);
        const run = target as (...args: never[]) => unknown;
        this.#return(await run(...values));
      } else {
        const Class = target as new (...args: never[]) => object;
        await this.#serve(Class, values, traits);
      }
    } catch (error) {
      this.#throw(error);
    }
  }

  #onHear(): void {
    this.#record.hear();
    // Before anything else that it may tell others now.
    if (this.#start.isHosted) ownHome()!.call("hears", []).catch(() => {});
  }

  async #serve(
    Class: new (...args: never[]) => object,
    args: never[],
    traits: ClassTraits,
  ): Promise<void> {
    const host = this.#class = new ClassHost(
      this.#start.serve!,
      traits,
      this.#record,
      this.#desk,
      (error) => this.#throw(error),
    );
    if (this.#record.stopAsked) host.stop();
    await host.start(Class, args);
    this.#setStarted();
    await host.serve();
    this.#return(undefined);
  }

  #setStarted(): void {
    if (this.#record.setStarted()) wakeAllThreads();
  }

  /**
   * Listens, in the thread table and the record, for the word to stop or to
   * end. Costs nothing while nobody wakes the thread.
   */
  #attend(): void {
    let isAborted = false;
    let isStopped = false;
    waitAt([new Callers()], {
      attempt: () => {
        this.#record.links.endIfBroken(ownThread());
        stopIfFenced();
        if (this.#desk.answer() && this.#start.home !== undefined) {
          wakeThread(ROOT);
        }
        // Out of this look, since user code listens to the signal.
        if (this.#record.stopKnown && !isAborted) {
          isAborted = true;
          queueMicrotask(abortCurrent);
        }
        if (this.#record.stopAsked && !isStopped) {
          isStopped = true;
          queueMicrotask(() => this.#class?.stop());
        }
        return false;
      },
      options: undefined,
      late: () => "",
      keepsAlive: false,
    });
  }

  /** Catches every way of ending but the function's own. */
  #catchEndings(): void {
    const exit = (code?: number) => {
      this.#leave("exited", Number(code ?? Deno.exitCode) | 0);
      throw new Error("Cannot go on: this actor has exited");
    };
    Deno.exit = exit as typeof Deno.exit;
    self.close = () => this.#leave("exited", 0);
    // First of all listeners, so that no other can hide an error from this
    // one. One that calls preventDefault() has dealt with it.
    self.addEventListener("error", (event) => {
      this.#uncaught(event, (event as ErrorEvent).error);
    });
    self.addEventListener("unhandledrejection", (event) => {
      this.#uncaught(event, (event as PromiseRejectionEvent).reason);
    });
  }

  #uncaught(event: Event, error: unknown): void {
    let isHandled = false;
    // To Deno it is handled in any case: else it would print it and end the
    // program. What the user's listeners say is seen when they have run.
    event.preventDefault();
    event.preventDefault = () => {
      isHandled = true;
    };
    queueMicrotask(() => {
      if (!isHandled) this.#throw(error);
    });
  }

  #return(value: unknown): void {
    const beside: object[] = [];
    let length: number;
    try {
      length = this.#encoder.encode(value, beside);
    } catch (error) {
      if (error instanceof NotSendableError) this.#fail(error);
      else this.#throw(error);
      return;
    }
    if (length > MOST_OUTCOME) {
      this.#fail(
        new RangeError(
          `Cannot return a value: it takes ${length} bytes, and the greatest ` +
            `size is ${MOST_OUTCOME}. Send it in parts, through a queue`,
        ),
      );
      return;
    }
    this.#leave("returned", 0, length, beside);
  }

  #throw(error: unknown): void {
    this.#leave("threw", 1, this.#encoder.encodeLossy(error));
  }

  #fail(error: unknown): void {
    this.#leave("failed", 1, this.#encoder.encodeLossy(error));
  }

  #leave(
    reason: LeaveReason,
    code: number,
    length = 0,
    beside: object[] = [],
  ): void {
    if (this.#hasLeft || isFenced()) return this.#close();
    this.#hasLeft = true;
    const { bytes } = this.#encoder;
    const farewell = { reason, code, bytes, length, beside };
    sayFarewell(this.#start, this.#record, farewell);
    this.#close();
  }
}
