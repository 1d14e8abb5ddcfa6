/**
 * Where things are made that actors share.
 *
 * In the memory of the process they are made in; but an actor in a process of its
 * own shares none with the others. What it makes to share is made at its home:
 * by the process that started it, and used from here. See `remote/`.
 *
 * @module
 */

/** The process that an actor in a process of its own was started by. */
export interface Home {
  /** Sends at once what was to be sent with the next. */
  flush(): void;
  /** Calls what belongs to the whole program, by name. */
  call(
    member: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** Makes a thing there; gives what stands for it here. */
  make(kind: string, args: readonly unknown[]): object;
}

let home: Home | undefined;
let memory: SharedArrayBuffer | undefined;

/**
 * Has all that is made from now on in this thread be made there.
 *
 * @param way The memory by which threads of this process get there.
 */
export function setHome(elsewhere: Home, way: SharedArrayBuffer): void {
  home = elsewhere;
  memory = way;
}

/** The home of this thread, if that is in another process. */
export function ownHome(): Home | undefined {
  return home;
}

/** The way home, for the threads that this one starts; if it has one. */
export function homeMemory(): SharedArrayBuffer | undefined {
  return memory;
}

/**
 * What stands here for a thing that is made at home; `undefined` where this is
 * its home, or the memory of the thing is here already: then options say so by a
 * symbol.
 *
 * @param args What its constructor was given, with the options last.
 * @throws What the constructor throws at home.
 */
export function madeAtHome<T>(kind: string, ...args: unknown[]): T | undefined {
  if (home === undefined) return undefined;
  const options = args.at(-1);
  const isHere = typeof options === "object" && options !== null &&
    Object.getOwnPropertySymbols(options).length > 0;
  return isHere ? undefined : home.make(kind, args) as T;
}
