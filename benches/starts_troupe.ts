/**
 * Starting actors.
 *
 * @module
 */

import { actor, currentProcess, Queue } from "../mod.ts";
import type { Contender } from "./contender.ts";
import { checkTeam, type Member, TEAM, timed } from "./start_work.ts";

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
export const troupeFirst: Contender = timed("Troupe", async (id) => {
  const queue = new Queue<number>();
  const start = performance.now();
  const process = greeter.spawn([queue, id]);
  const answer = await queue.get();
  const elapsed = performance.now() - start;
  await process.join();
  return { answer: answer as number, elapsed };
});

/** Starts a team of named actors and joins all. */
export const troupeTeam: Contender = timed("Troupe", async (id) => {
  const start = performance.now();
  const processes = TEAM.map((name, i) => member.spawn([i], { name }));
  const members = await Promise.all(processes.map((one) => one.result()));
  const elapsed = performance.now() - start;
  checkTeam(members);
  return { answer: id, elapsed };
});
