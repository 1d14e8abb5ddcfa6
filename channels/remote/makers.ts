/**
 * What an actor in another process can have made here, at its home.
 *
 * @module
 */

import { FrameError } from "./frame.ts";
import { registerRemote } from "./remote_kind.ts";

/** Makes a thing of some kind. */
type Make = (...args: never[]) => object;

const makers = new Map<string, Make>();

/** Says how things of a kind are made. */
export function registerMaker(kind: string, make: Make): void {
  makers.set(kind, make);
}

/** What the other side has from the beginning: makes things for it. */
export class Maker {
  /**
   * Makes a thing.
   *
   * @throws {FrameError} If there is no such kind.
   * @throws What the constructor of the thing throws.
   */
  make(kind: string, args: readonly never[]): object {
    const make = makers.get(kind);
    if (make !== undefined) return make(...args);
    throw new FrameError(`Cannot make a thing: there is no kind "${kind}"`);
  }
}

registerRemote("maker", {
  members: {
    make: (maker: Maker, [kind, ...args]) =>
      maker.make(kind as string, args as never[]),
  },
  make: () => new Maker(),
}, () => false);
