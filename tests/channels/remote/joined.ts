/**
 * Two endpoints joined in memory, in one thread, in place of two processes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { PACK } from "../../../channels/handle.ts";
import { Endpoint, FIRST_REF } from "../../../channels/remote/endpoint.ts";
import {
  type Frame,
  FrameReader,
  readFrame,
} from "../../../channels/remote/frame.ts";
import { Maker } from "../../../channels/remote/makers.ts";
import {
  registerRemote,
  Result,
  type Way,
} from "../../../channels/remote/remote_kind.ts";
import "../../../channels/remote/remote_things.ts";

/** Something of one side that the other one may use. */
export class Box {
  readonly kind = "box";
  /** What it does when it is called, with what comes as arguments. */
  work: (args: readonly unknown[], signal: AbortSignal) => unknown;

  constructor(work: Box["work"] = (args) => args[0]) {
    this.work = work;
  }

  [PACK](): never {
    throw new TypeError("A box is sent to another process only");
  }
}

/** What stands for a {@linkcode Box}. */
export class FarBox {
  readonly kind = "box";
  readonly way: Way;

  constructor(way: Way) {
    this.way = way;
  }

  [PACK](): never {
    throw new TypeError("A box is sent to another process only");
  }
}

registerRemote("box", {
  members: {
    work: ({ work }: Box, args, signal) => work(args, signal!),
    fail: (_: Box, [error]) => {
      throw error;
    },
    opened: (_: Box, [object]) => new Result("opened box", object as object),
  },
  fields: () => ({ lid: "closed" }),
  make: (way) => new FarBox(way),
}, (object) => object instanceof Box);
registerRemote("opened box", {
  members: { close: () => "closed" },
  make: (way) => new FarBox(way),
}, () => false);

/** What {@linkcode Joined} is made with. */
export interface JoinedOptions {
  /** The kinds that `home` takes from `far`; those of `far` are not bounded. */
  accepts?: (kind: string) => boolean;
  /** The kinds that `far` hands over. */
  exports?: (kind: string) => boolean;
}

/** See the module. Each frame arrives in a turn of its own. */
export class Joined implements Disposable {
  /** Has the things; its first one is a maker. */
  readonly home: Endpoint;
  /** Uses them; its first one is `host`. */
  readonly far: Endpoint;
  /** The first thing of `far`. */
  readonly host: Box = new Box();
  /** All frames that were sent to `home`, and to `far`. */
  readonly sent: { home: Frame[]; far: Frame[] } = { home: [], far: [] };
  /** While true, nothing arrives. */
  isHeldUp = false;
  readonly #way = { home: new Line(this), far: new Line(this) };

  constructor(
    { accepts = () => true, exports = () => true }: JoinedOptions = {},
  ) {
    this.home = this.#endpoint("far", 0, accepts, () => true);
    this.far = this.#endpoint("home", 7, () => true, exports);
    this.home.codec.exports.add("maker", new Maker());
    this.far.codec.exports.add("box", this.host);
    this.#way.home.reader = readerFor(this.home);
    this.#way.far.reader = readerFor(this.far);
  }

  /** Makes a thing at home; gives what stands for it. */
  async make<T>(kind: string, ...args: unknown[]): Promise<T> {
    const maker = this.far.wayTo(FIRST_REF, {});
    return await maker.call("make", [kind, ...args]) as T;
  }

  /** Calls the first thing of `far`. */
  call(value: unknown, signal?: AbortSignal): Promise<unknown> {
    return this.home.wayTo(FIRST_REF, {}).call("work", [value], signal);
  }

  /** Hands a thing of `home` over; gives what stands for it. */
  async give<T>(thing: unknown): Promise<T> {
    let given: unknown;
    this.host.work = ([one]) => void (given = one);
    await this.call(thing);
    return given as T;
  }

  /** What was sent to one side, and is not of use there. */
  get broken(): unknown[] {
    return [this.#way.home.error, this.#way.far.error]
      .filter((error) => error !== undefined);
  }

  /** What was of no use was meant to be. */
  forgive(): void {
    this.#way.home.error = this.#way.far.error = undefined;
  }

  /** All that was held up arrives. */
  goOn(): void {
    this.isHeldUp = false;
    for (const line of [this.#way.home, this.#way.far]) line.deliver();
  }

  /** Both sides have ended. */
  [Symbol.dispose](): void {
    for (const side of [this.home, this.far]) side.end(new Error("It is over"));
    assertEquals(this.broken, []);
  }

  #endpoint(
    to: "home" | "far",
    lane: number,
    accepts: (kind: string) => boolean,
    exports: (kind: string) => boolean,
  ): Endpoint {
    return new Endpoint({
      lane,
      accepts,
      exports,
      send: (bytes) => {
        this.sent[to].push(readFrame(bytes));
        this.#way[to].push(bytes);
      },
    });
  }
}

/** One way of the two. */
class Line {
  reader: FrameReader | undefined;
  error: unknown;
  readonly #joined: Joined;
  #waiting: Uint8Array<ArrayBuffer>[] = [];

  constructor(joined: Joined) {
    this.#joined = joined;
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push(bytes);
    queueMicrotask(() => this.deliver());
  }

  deliver(): void {
    if (this.#joined.isHeldUp) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const bytes of waiting) {
      try {
        this.reader!.push(bytes);
      } catch (error) {
        this.error ??= error;
      }
    }
  }
}

function readerFor(endpoint: Endpoint): FrameReader {
  return new FrameReader((frame) => endpoint.accept(frame));
}
