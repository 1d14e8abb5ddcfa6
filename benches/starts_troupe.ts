/**
 * Starting actors.
 *
 * @module
 */

import { actor, currentProcess, Queue } from "../mod.ts";
import type { Contender } from "./contender.ts";
import {
  checkTeam,
  type Member,
  REFILLING,
  TEAM,
  timed,
} from "./start_work.ts";

const greeter = actor(
  import.meta,
  async function greeter(to: Queue<number>, id: number) {
    await to.put(id);
  },
);

const member = actor(import.meta, function member(n: number): Member {
  return { name: currentProcess().name, square: n * n };
});

/** Starts an actor, waits for its first message, joins it. */
async function first(
  id: number,
  isolation?: "thread" | "process",
): Promise<{ answer: number; elapsed: number }> {
  const queue = new Queue<number>();
  const start = performance.now();
  const process = greeter.spawn([queue, id], { isolation });
  const answer = await queue.get();
  const elapsed = performance.now() - start;
  await process.join();
  return { answer: answer as number, elapsed };
}

/** Starts a team of named actors and joins all. */
async function team(id: number): Promise<{ answer: number; elapsed: number }> {
  const start = performance.now();
  const processes = TEAM.map((name, i) => member.spawn([i], { name }));
  const members = await Promise.all(processes.map((one) => one.result()));
  const elapsed = performance.now() - start;
  checkTeam(members);
  return { answer: id, elapsed };
}

const SPARES = "Troupe, spares at hand";

/** Troupe's contenders for the first message of an actor. */
export const troupeFirsts: Contender[] = [
  timed("Troupe", (id) => first(id)),
  timed(SPARES, (id) => first(id), REFILLING),
];

const firstOfProcess = (id: number) => first(id, "process");

/** The first message of the first process actor of a program. */
export const troupeProcessFirst: Contender = timed(
  "Troupe process, cold",
  firstOfProcess,
);

/** Troupe's contenders for the first message of later process actors. */
export const troupeProcessFirsts: Contender[] = [
  timed("Troupe process", firstOfProcess),
  timed("Troupe process, after a rest", firstOfProcess, REFILLING),
];

/** Troupe's contenders for a team. */
export const troupeTeams: Contender[] = [
  timed("Troupe", team),
  timed(SPARES, team, REFILLING),
];
