/**
 * Comlink, from npm: calls of what stands in a worker, over `postMessage`.
 *
 * @module
 */

/** The part of comlink that is used. */
export interface Comlink {
  expose(object: object): void;
  wrap<T>(worker: Worker): T;
}

/** The version of comlink that is used. */
export const COMLINK_VERSION = "4.4.2";

// Not a literal: what only checks these files need not fetch it.
const PACKAGE = `npm:comlink@${COMLINK_VERSION}`;

/** Gives comlink, if it is there or can be fetched. */
async function load(): Promise<Comlink | undefined> {
  try {
    return await import(PACKAGE);
  } catch {
    return undefined;
  }
}

/** Comlink, if it can take part. */
export const comlink: Comlink | undefined = await load();
