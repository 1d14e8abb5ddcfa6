/**
 * Parties: the threads that do a contender's work, as the thread that measures
 * sees them.
 *
 * ```text
 *   measuring thread               party
 *     begin(order) ── order ────▶ gets ready
 *                  ◀── "ready" ──
 *     finish()                    works
 *                  ◀── report ───
 * ```
 *
 * @module
 */

/** One who takes part in the work of a contender, in whatever thread. */
export interface Party<O, R> {
  /** Gets ready for an order. */
  begin(order: O): Promise<void>;
  /** Carries the order out, and reports. */
  finish(): Promise<R>;
}

/** What goes over the line to a party, and comes back from it. */
export type Said<R> = "ready" | { readonly report: R };

/** A line to a party in another thread. */
export interface Line<O, R> {
  tell(order: O): void | Promise<void>;
  hear(): Promise<Said<R>>;
}

/** A party at the other end of a line. */
export class FarParty<O, R> implements Party<O, R> {
  readonly #line: Line<O, R>;

  constructor(line: Line<O, R>) {
    this.#line = line;
  }

  async begin(order: O): Promise<void> {
    await this.#line.tell(order);
    await this.#line.hear();
  }

  async finish(): Promise<R> {
    const said = await this.#line.hear();
    if (said === "ready") throw new Error("A party was ready twice");
    return said.report;
  }
}

/** Carries out one order at this end of a line. */
export async function serve<O, R>(
  party: Party<O, R>,
  order: O,
  say: (said: Said<R>) => void | Promise<void>,
): Promise<void> {
  await party.begin(order);
  await say("ready");
  await say({ report: await party.finish() });
}

/** A line over a message port. */
export class PortLine<O, R> implements Line<O, R> {
  readonly #port: MessagePort;
  readonly #said: Said<R>[] = [];
  #hearer: ((said: Said<R>) => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (this.#hearer === undefined) this.#said.push(data);
      else this.#hearer(data);
      this.#hearer = undefined;
    };
  }

  tell(order: O): void {
    this.#port.postMessage(order);
  }

  hear(): Promise<Said<R>> {
    const said = this.#said.shift();
    if (said !== undefined) return Promise.resolve(said);
    return new Promise((resolve) => this.#hearer = resolve);
  }
}
