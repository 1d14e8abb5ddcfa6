/**
 * What this thread uses of another process, by number.
 *
 * One object for each thing, however often it comes, as for all handles. When
 * that is collected its home is told, with how often the thing had come until
 * then: what is on the way at that moment is not let go.
 *
 * @module
 */

import { FrameError } from "./frame.ts";
import { remoteKind, type Way } from "./remote_kind.ts";

interface Import {
  readonly object: WeakRef<object>;
  readonly kind: string;
  readonly fields: Way["fields"];
  /** How often it has come. */
  count: number;
}

/** A thing that is used from here, as another thread of this process needs it. */
export interface Imported {
  /** Its number, by its home's count. */
  readonly ref: number;
  /** Which kind of thing it is. */
  readonly kind: string;
  /** What never changes. */
  readonly fields: Way["fields"];
}

/** What is needed to use things of another process. */
export interface ImportOptions {
  /** Whether things of a kind may be handed over. */
  accepts(kind: string): boolean;
  /** Gives how a thing is used. */
  wayTo(ref: number, fields: Way["fields"]): Way;
  /** Is told that one is used no more, and how often it had come. */
  onDropped(ref: number, count: number): void;
}

/** See the module. */
export class Imports {
  readonly #accepts: ImportOptions["accepts"];
  readonly #wayTo: (ref: number, fields: Way["fields"]) => Way;
  readonly #known = new Map<number, Import>();
  readonly #refs = new WeakMap<object, number>();
  readonly #collected: FinalizationRegistry<[number, Import]>;

  /** See {@linkcode ImportOptions}. */
  constructor({ accepts, wayTo, onDropped }: ImportOptions) {
    this.#accepts = accepts;
    this.#wayTo = wayTo;
    this.#collected = new FinalizationRegistry(([ref, known]) => {
      if (this.#known.get(ref) === known) this.#known.delete(ref);
      onDropped(ref, known.count);
    });
  }

  /** The number of a thing that stands for one elsewhere. */
  refOf(object: object): number | undefined {
    return this.#refs.get(object);
  }

  /**
   * What stands here for a thing that was handed over.
   *
   * @throws {FrameError} If that is none.
   */
  take(ref: unknown, kind: string, fields: unknown): object {
    const known = this.#known.get(ref as number);
    const object = known?.object.deref();
    if (known !== undefined && object !== undefined) {
      known.count++;
      return object;
    }
    const ways = remoteKind(kind);
    const isWhole = ways !== undefined && this.#accepts(kind) &&
      Number.isSafeInteger(ref) && typeof fields === "object" &&
      fields !== null;
    if (!isWhole) {
      throw new FrameError(
        `Cannot read a frame: it hands over an unknown thing, "${kind}"`,
      );
    }
    return this.#make(ref as number, kind, fields as Way["fields"]);
  }

  /** What another thread of this process needs to use a thing, too. */
  describe(object: object): Imported | undefined {
    const ref = this.#refs.get(object);
    if (ref === undefined) return undefined;
    const { kind, fields } = this.#known.get(ref)!;
    return { ref, kind, fields };
  }

  #make(ref: number, kind: string, fields: Way["fields"]): object {
    const way = this.#wayTo(ref, fields);
    const object = remoteKind(kind)!.make(way);
    way.keep(object);
    const known = { object: new WeakRef(object), kind, fields, count: 1 };
    this.#known.set(ref, known);
    this.#refs.set(object, ref);
    this.#collected.register(object, [ref, known]);
    return object;
  }
}
