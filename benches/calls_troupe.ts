/**
 * Asking and telling actors that are classes.
 *
 * @module
 */

import { actor } from "../mod.ts";
import { callRunner, type Calls, lanesTo } from "./call_work.ts";
import type { Contender } from "./contender.ts";
import { elapsed } from "./flow.ts";
import { type FlowReport, Tally } from "./flow_work.ts";
import { items } from "./items.ts";

interface Small {
  id: number;
  msg: string;
}

const { make, touch } = items.small;

const echo = actor(
  import.meta,
  class Echo {
    echo(item: Small): Small {
      return item;
    }
  },
);

const listener = actor(
  import.meta,
  class Listener {
    #tally = new Tally(touch, 0);

    expect(limit: number): void {
      this.#tally = new Tally(touch, limit);
    }

    note(item: Small): void {
      this.#tally.add(item);
    }

    report(): FlowReport {
      return this.#tally.report();
    }
  },
);

/** Troupe's contender for calls. */
export function troupeCalls(
  calls: Calls,
  isolation?: "thread" | "process",
): Contender {
  return {
    name: isolation === "process" ? "Troupe process, ask" : "Troupe, ask",
    open() {
      const processes = Array.from(
        { length: calls.answerers },
        () => echo.spawn([], { isolation }),
      );
      const echoes = processes.map(({ ask }) => (item: unknown) =>
        ask.echo(item as Small)
      );
      return Promise.resolve(callRunner({
        lanes: lanesTo(echoes, calls),
        close: () => stopAll(processes),
      }));
    },
  };
}

/** Troupe's contender for messages that nobody answers. */
export const troupeTells: Contender = {
  name: "Troupe, tell",
  open() {
    const process = listener.spawn();
    const { ask, tell } = process;
    return Promise.resolve({
      async run(count) {
        await ask.expect(count);
        for (let id = 0; id < count; id++) await tell.note(make(id) as Small);
        return elapsed([await ask.report()], count);
      },
      close: () => stopAll([process]),
    });
  },
};

async function stopAll(
  processes: readonly { stop(): Promise<unknown> }[],
): Promise<void> {
  await Promise.all(processes.map((one) => one.stop()));
}
