/**
 * Waiting as it would be without looking first.
 *
 * @module
 */

import { Callers } from "../channels/callers.ts";

/**
 * Lets this thread sleep at once, from here on, wherever it would look a while
 * for what it waits for. Only the benchmark wants that: to show what looking
 * gains and costs. Where each thread has its own modules, no other is affected.
 */
export function stopLooking(): void {
  const { patience } = new Callers();
  Object.getPrototypeOf(patience).look = () => false;
}
