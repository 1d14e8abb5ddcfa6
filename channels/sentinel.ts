/**
 * The exit sentinel.
 *
 * @module
 */

/**
 * Says "no more for you": the item that ends one consumer.
 *
 * A producer puts it like any other item. It never overtakes the items put
 * before it, and the one consumer that takes it ends its iteration; `get()`
 * hands it out as a value to compare with. To end three consumers, put it three
 * times.
 *
 * It is one and the same value in every actor: `EXIT === EXIT` holds on both
 * sides of a queue, also when it sits inside an object or an array. That is why
 * it is a registered symbol; no other symbol can be sent.
 *
 * @example A consumer that leaves when told to
 * ```ts
 * import { EXIT, Queue } from "@troupe/troupe";
 *
 * const numbers = new Queue<number>();
 * await numbers.put(1);
 * await numbers.put(EXIT);
 *
 * let sum = 0;
 * for await (const n of numbers) sum += n;
 * if (sum !== 1) throw new Error("unexpected");
 * ```
 */
export const EXIT: unique symbol = Symbol.for("troupe.exit");

/** The type of {@linkcode EXIT}, for signatures such as `T | Sentinel`. */
export type Sentinel = typeof EXIT;
