/**
 * What a reader or writer, which is used again and again, is at.
 *
 * @module
 */

/** It is free for a message. */
export const IDLE = 0;

/** It is at a message: whoever needs one meanwhile takes another. */
export const BUSY = 1;

/**
 * A message broke off, and is still to be cleared away. That is done at once,
 * except where there was no stack left to do so.
 */
export const BROKEN = 2;

/** One of these. */
export type State = typeof IDLE | typeof BUSY | typeof BROKEN;
