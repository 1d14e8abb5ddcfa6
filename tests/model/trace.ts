/**
 * A path written out, to be read by a person.
 *
 * @module
 */

import { type Choice, Event } from "./plan.ts";
import type { LocalState } from "./local_states.ts";
import type { Prepared } from "./scenario.ts";
import { isPlain, Kind, nameOfKind, type Step } from "./shared_memory.ts";
import { tableLayout, WordNames } from "./word_names.ts";

const HAPPENINGS: Readonly<Record<number, string>> = {
  [Event.dies]: "dies",
  [Event.woken]: "is woken in its event loop",
  [Event.aborted]: "its signal is aborted",
  [Event.timeout]: "its time is over",
};

/** Writes the path out, a line for each step. */
export function traceOf(prepared: Prepared, path: readonly Choice[]): string {
  const { scenario, program, ids, layout, table, ring } = prepared;
  const mask = (1 << tableLayout().bits) - 1;
  const threads = new Map<number, string>();
  ids.forEach((id, index) => {
    const name = scenario.threads[index]?.name ?? "root";
    if (!threads.has(id & mask)) threads.set(id & mask, name);
  });
  const names = new WordNames(table, ring, layout, threads);
  const valueOf = (value: number) => {
    const index = ids.indexOf(value);
    return index < 0 ? String(value) : `‹${threads.get(value & mask)}›`;
  };
  const lines: string[] = [];
  let last = -1;
  const tell = (
    thread: number,
    state: LocalState,
    event: number,
    found: number,
  ) => {
    const { step, sites } = state;
    const who = scenario.threads[thread]!.name;
    if (event !== Event.step) {
      lines.push(`${who.padEnd(12)} ✱ ${HAPPENINGS[event]}`);
      last = thread;
      return;
    }
    if (step.kind === Kind.read || step.kind === Kind.readBytes) return;
    const site = program.sites[sites.at(-1)!];
    const outer = sites.map((one) => program.sites[one]!.inside)
      .filter((name, n, all) => name !== all[n - 1]);
    const where = site === undefined
      ? ""
      : `${outer.slice(-3).join(" › ")}  ${site.file}:${site.line}`;
    const what = describe(step, found, names, valueOf);
    lines.push(
      `${(thread === last ? "" : who).padEnd(12)} ${
        isPlain(step.kind) ? "·" : " "
      } ${what.padEnd(52)} ${where}`,
    );
    last = thread;
  };
  prepared.explorer.replay(path, tell);
  return lines.join("\n");
}

function describe(
  step: Step,
  found: number,
  names: WordNames,
  valueOf: (value: number) => string,
): string {
  const { kind, at, a, b } = step;
  const word = names.nameOf(at);
  switch (kind) {
    case Kind.load:
      return `load ${word}: ${valueOf(found)}`;
    case Kind.store:
    case Kind.write:
      return `${nameOfKind(kind)} ${word} = ${valueOf(a)}`;
    case Kind.compareExchange:
      return `swap ${word} ${valueOf(a)} → ${valueOf(b)}: ${
        found === a ? "done" : `it is ${valueOf(found)}`
      }`;
    case Kind.notify:
      return `notify ${word}`;
    case Kind.wait:
      return `wait ${word} = ${a}: ${found === a ? "sleeps" : "differs"}`;
    case Kind.waitAsync:
      return `waitAsync ${word} = ${a}: ${found === a ? "armed" : "differs"}`;
    case Kind.writeBytes:
      return `write ${a} bytes to ${names.nameOf(at >> 2)}`;
    case Kind.copyBytes:
      return `copy ${b} bytes to ${names.nameOf(at >> 2)}`;
    case Kind.grow:
      return `grow to ${a} bytes`;
    case Kind.awaitEnd:
      return "sees the end of the other";
  }
  return `${nameOfKind(kind)} ${word} by ${a}: it was ${valueOf(found)}`;
}
