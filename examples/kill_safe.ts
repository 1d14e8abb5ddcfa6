// deno run --no-prompt --allow-read=. examples/kill_safe.ts
//
// Workers take jobs from a queue and are killed at random instants: while they
// wait, while they work, while they put a result. Others are started in their
// place. In the end every job was done once, but for those that a worker had in
// hand when it was killed: at most one for each.
//
// Python's documentation says of a queue whose user was killed that it may be
// damaged for all others. Here nobody else notices.
//
// Look at `items`: with `until`, a loop over the results ends by itself when
// those who might still give one are gone.
import { actor, Queue } from "@troupe/troupe";

const JOBS = 20_000;
const KILLS = 25;

const work = actor(
  import.meta,
  async function work(jobs: Queue<number>, done: Queue<number>) {
    for await (const job of jobs) {
      let value = job;
      for (let n = 0; n < 5000; n++) value = (value * 31 + n) % 65_521;
      await done.put(job);
      if (value < 0) throw new Error("the work was not done");
    }
  },
);

if (import.meta.main) {
  const jobs = new Queue<number>();
  const done = new Queue<number>();
  for (let job = 0; job < JOBS; job++) await jobs.put(job);

  const team = [1, 2, 3].map((n) =>
    work.spawn([jobs, done], { name: `worker-${n}` })
  );
  for (let kill = 1; kill <= KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
    const index = Math.floor(Math.random() * team.length);
    const victim = team[index]!;
    victim.terminate();
    await victim.join();
    team[index] = work.spawn([jobs, done], { name: `worker-${3 + kill}` });
  }
  jobs.close();

  const times = new Uint8Array(JOBS);
  for await (const job of done.items({ until: team })) times[job]!++;

  const once = times.filter((n) => n === 1).length;
  const twice = times.filter((n) => n > 1).length;
  const lost = times.filter((n) => n === 0).length;
  console.log(`${KILLS} workers were killed, ${team.length} lived to the end`);
  console.log(`${once} of ${JOBS} jobs were done once, ${twice} twice`);
  console.log(`${lost} were in the hands of those who were killed`);
  if (lost > KILLS) throw new Error("more was lost than was in hand");
}
