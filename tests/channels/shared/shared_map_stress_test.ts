// A shared map whose writers are terminated at random instants. See seeded.ts for
// how a failure is repeated.
import { assert, assertEquals } from "@std/assert";
import { type Process, SharedMap } from "../../../mod.ts";
import { scribble } from "../../fixtures/channels/map_actors.ts";
import { soon } from "../inside.ts";
import { stress } from "../seeded.ts";

stress("a map stays whole when its writers are killed", async (round) => {
  const map = new SharedMap<readonly [string, string]>();
  const writers: Process[] = [];
  const add = () =>
    writers.push(round.use(scribble.spawn([map, round.seed()])));
  add();
  add();
  for (let kill = 0; kill < 6; kill++) {
    const victim = writers.splice(round.below(writers.length), 1)[0]!;
    const until = performance.now() + round.below(8);
    do {
      const seen = [...map];
      for (const [key, [says]] of seen) assertEquals(says, key);
      assertEquals(new Map(seen).size, seen.length);
      await new Promise((done) => setTimeout(done, 0));
    } while (performance.now() < until);
    victim.terminate();
    add();
    map.set("own", ["own", ""]);
    assertEquals(map.get("own"), ["own", ""]);
  }
  for (const one of writers) one.terminate();
  for (const one of writers) assert(await soon(one.join()) !== undefined);
  using _ = await soon(map.lock.acquire());
  assertEquals(map.size, [...map].length);
});
