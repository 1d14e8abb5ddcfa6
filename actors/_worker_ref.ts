/**
 * Whether a worker keeps the program alive.
 *
 * @module
 */

/**
 * Says whether a worker keeps the program alive, which it does at first.
 *
 * The method that does so has no public name on Deno's `Worker`; where it is
 * missing the program waits for the worker.
 */
export function setKeepsAlive(worker: Worker, keepsAlive: boolean): void {
  const symbols = Object.getOwnPropertySymbols(Worker.prototype);
  const hidden = symbols.find((symbol) => symbol.description === undefined);
  if (hidden === undefined) return;
  const method: unknown = Reflect.get(worker, hidden);
  if (typeof method === "function") method.call(worker, keepsAlive);
}
