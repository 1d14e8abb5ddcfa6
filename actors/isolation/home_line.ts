/**
 * How the threads of a child process reach the process that started it: over the
 * child's main thread, which passes frames on.
 *
 * ```text
 *   actor's thread              main thread of the child         home
 *     │ endpoint                   │                               │ endpoint
 *     │── [thread, frame] ─ line ─▶│── frame ──── carrier ────────▶│
 *     │◀───── frame ─ own line ────│◀── frame ────────────────────▶│
 * ```
 *
 * A frame names the thread that calls, so its answer finds the way back. The main
 * thread runs no code of the actor's and never computes for long; so an actor may
 * block while it waits for an answer.
 *
 * @module
 */

import type { Carrier } from "../../channels/remote/carrier.ts";
import { Endpoint, FIRST_REF } from "../../channels/remote/endpoint.ts";
import { type Frame, FrameReader } from "../../channels/remote/frame.ts";
import { FrameBatch } from "../../channels/remote/frame_batch.ts";
import { shareRemotes } from "../../channels/remote/remote_class.ts";
import "../../channels/remote/remote_things.ts";
import "./remote_processes.ts";
import "./remote_stream.ts";
import "./task_runner.ts";
import { Ring } from "../../channels/ring.ts";
import { setHome } from "../../channels/home.ts";
import { endCount, ownThread, threadCanAct } from "../../channels/threads.ts";
import { blockAt, waitAt } from "../../channels/waiting.ts";
import { holdRing, Line, lineRing } from "../protocol.ts";

/** Frames on their way to the main thread; with the way back, the first time. */
type Passed = [
  thread: number,
  frames: Uint8Array<ArrayBuffer>,
  replies?: Line<Uint8Array<ArrayBuffer>>,
];

/** The main thread's side. */
export class HomeLine {
  /** The memory of the line, for the threads that are started. */
  readonly memory: SharedArrayBuffer;
  readonly #carrier: Carrier;
  readonly #line: Line<Passed>;
  /** What goes back to each thread. */
  readonly #replies = new Map<number, FrameBatch>();
  #ends = endCount();

  /** Passes on, over `carrier`, what the threads of this process say. */
  constructor(carrier: Carrier) {
    this.#carrier = carrier;
    const ring = lineRing();
    this.memory = ring.memory;
    holdRing(this, ring);
    this.#line = new Line<Passed>(ring);
    waitAt([ring.consumers], {
      attempt: () => {
        this.#sweep();
        // What the carrier cannot take waits in the line.
        if (this.#carrier.drained === undefined) this.passOn();
        else this.#carrier.drained.then(() => this.passOn());
        return false;
      },
      options: undefined,
      late: () => "",
      keepsAlive: false,
    });
  }

  /** Gives an answer to the thread that waits for it. */
  deliver({ lane, bytes }: Frame): void {
    this.#replies.get(lane)?.push(bytes);
  }

  /** Passes on what was said by now. */
  passOn(): void {
    this.#line.hear(([thread, frames, replies]) => {
      if (replies !== undefined) {
        const batch = new FrameBatch((bytes) => replies.say(bytes));
        this.#replies.set(thread, batch);
      }
      this.#carrier.send(frames);
    });
  }

  /** Lets go of the lines of threads that have ended. */
  #sweep(): void {
    const ends = endCount();
    if (ends === this.#ends) return;
    this.#ends = ends;
    for (const thread of this.#replies.keys()) {
      if (!threadCanAct(thread)) this.#replies.delete(thread);
    }
  }
}

/** Gives a thread of the child, but the main one, its way home. */
export function joinHome(memory: SharedArrayBuffer): void {
  const line = new Line<Passed>(Ring.at(memory));
  const replies = Line.own<Uint8Array<ArrayBuffer>>();
  const own = ownThread();
  let isKnown = false;
  const batch = new FrameBatch((bytes) => {
    line.say(isKnown ? [own, bytes] : [own, bytes, replies]);
    isKnown = true;
  });
  const endpoint = new Endpoint({
    lane: own,
    send: (frame) => batch.push(frame),
    accepts: () => true,
    exports: () => false,
    blockUntil(isSo) {
      batch.flush();
      blockAt([consumers], () => hear(isSo), Infinity);
    },
  });
  const reader = new FrameReader((frame) => endpoint.accept(frame));
  const { consumers } = replies.ring;
  const hear = (isSo: () => boolean) => {
    replies.hear((bytes) => reader.push(bytes));
    return isSo();
  };
  waitAt([consumers], {
    attempt: () => hear(() => false),
    options: undefined,
    late: () => "",
    keepsAlive: false,
  });
  useRemotes(endpoint);
  const { call, callSync } = endpoint.wayTo(FIRST_REF, {});
  setHome({
    flush: () => batch.flush(),
    call,
    make: (kind, args) => callSync("make", [kind, ...args]) as object,
  }, memory);
}

/** Lets things that are at home go from thread to thread within the child. */
export function useRemotes(endpoint: Endpoint): void {
  const { imports } = endpoint.codec;
  shareRemotes({
    describe(object) {
      const imported = imports.describe(object);
      if (imported === undefined) return undefined;
      // The thread that gets it will let it go, too. Later, since this is called
      // while a message is being sent; `object` keeps this one's until then.
      queueMicrotask(() => {
        if (imports.refOf(object) !== undefined) {
          endpoint.drop(imported.ref, -1);
        }
      });
      return imported;
    },
    take: ({ ref, kind, fields }) => imports.take(ref, kind, fields),
  });
}
