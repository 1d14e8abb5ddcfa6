// Every interleaving of some threads around one ring, over the real code: see
// the README beside this file. TROUPE_MODEL=full takes minutes.
import { assert, assertEquals } from "@std/assert";
import { BROKEN } from "./broken.ts";
import type { Found } from "./plan.ts";
import { GLANCED_AT, GLANCED_AT_IN_SLOT } from "./names.ts";
import {
  type Options,
  prepare,
  type Prepared,
  type Scenario,
} from "./scenario.ts";
import { FULL, SHORT } from "./scenarios.ts";
import { traceOf } from "./trace.ts";
import { WordNames } from "./word_names.ts";

const isFull = Deno.env.get("TROUPE_MODEL") === "full";

/** No scenario has more states; one that has is too large to be explored. */
const MOST_STATES = isFull ? 100_000_000 : 2_000_000;

/** How many states to look at for a shorter trace. */
const STATES_FOR_TRACE = 100_000;

function scenarioCalled(name: string): Scenario {
  const found = [...SHORT, ...FULL].find((one) => one.name === name);
  assert(found !== undefined, `no scenario "${name}"`);
  return found;
}

interface Explored extends Found {
  readonly prepared: Prepared;
}

/** Explores a scenario, and says in one line what that took. */
function explore(scenario: Scenario, options: Options = {}): Explored {
  const began = performance.now();
  const prepared = prepare(scenario, { mostStates: MOST_STATES, ...options });
  const found = prepared.explorer.run();
  const time = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${found.states} states, ${found.transitions} transitions, ` +
      `${found.ends} ends, longest path ${found.longest}, ${time} s`,
  );
  return { ...found, prepared };
}

/** The trace of the shortest failing path that is found soon. */
function shortestTrace({ prepared }: Explored): string {
  const { what, path } = prepared.explorer.shorten(STATES_FOR_TRACE);
  return `${what}\n${traceOf(prepared, path)}`;
}

function assertAllWell(explored: Explored): void {
  if (explored.failure !== undefined) throw new Error(shortestTrace(explored));
  assert(explored.isComplete, `more than ${MOST_STATES} states`);
  assert(explored.ends > 0);
}

const scenarios = isFull ? [...SHORT, ...FULL] : SHORT;

for (const scenario of scenarios) {
  const { preemptions } = scenario;
  const bound = preemptions === undefined
    ? ""
    : ` of at most ${preemptions} preemptions`;
  Deno.test(`${scenario.name}: no interleaving${bound} loses a wake-up`, () => {
    const isFine = preemptions === undefined &&
      (!scenario.isCoarse || isFull && SHORT.includes(scenario));
    assertAllWell(explore(scenario, { isFine }));
  });
}

for (const { name, scenario, changes } of BROKEN) {
  Deno.test(`the explorer finds ${name}`, () => {
    const options = { changes, isFine: true };
    const explored = explore(scenarioCalled(scenario), options);
    assert(explored.failure !== undefined, "it was not found");
    const trace = shortestTrace(explored);
    if (isFull) console.log(trace);
  });
}

Deno.test("threads die asleep, awake, waiting for a lock and holding one", () => {
  const seen = new Set<string>();
  const names = [
    "a consumer that may die, and another",
    "a ring that grows beside a take, and whose producer may die",
  ];
  for (const name of names) {
    const { deaths } = explore(scenarioCalled(name));
    for (const [where, count] of deaths) {
      console.log(`${count} deaths ${where}`);
      seen.add(where);
    }
  }
  for (
    const where of [
      "asleep",
      "awake",
      "awake, waiting for a lock",
      "asleep, waiting for a lock",
      "holding GET_LOCK, awake",
      "holding PUT_LOCK, awake",
      "holding PUT_LOCK, holding GET_LOCK, awake",
      "holding PUT_LOCK, asleep, waiting for a lock",
    ]
  ) assert(seen.has(where), `nobody died ${where}`);
});

Deno.test("what is left out as the same ends in no other way", () => {
  const names = ["a consumer that may die, and another"];
  if (isFull) {
    names.push("a consumer that may be terminated, and another");
    names.push("a ring that grows beside a take");
  }
  for (const name of names) {
    const scenario = scenarioCalled(name);
    const { outcomes } = explore(scenario);
    for (
      const options of [
        { isUnreduced: true },
        { isUnmerged: true },
        { isFine: true },
        { isLooking: true },
      ]
    ) {
      const other = explore(scenario, options);
      assertAllWell(other);
      assertEquals([...other.outcomes].toSorted(), [...outcomes].toSorted());
    }
  }
});

Deno.test("what is taken for one local state goes on as one", () => {
  const { prepared } = explore(scenarioCalled("a producer and a consumer"));
  for (const { states } of prepared.actors) {
    assert(states.others.length > 0);
    for (let index = 0; index < states.others.length; index++) {
      assertEquals(states.tryOther(index, 4), undefined);
    }
  }
});

Deno.test("only words that are looked at again are read plainly while they change", () => {
  const racy = new Set<string>();
  for (
    const name of [
      "a consumer that may die, and another",
      "a consumer that may be terminated, and another",
      "a ring that grows beside a take",
    ]
  ) {
    const { races, prepared } = explore(scenarioCalled(name), {
      isFine: true,
      isUnreduced: true,
    });
    const names = new WordNames(
      prepared.table,
      prepared.ring,
      prepared.layout,
      new Map(),
    );
    for (const word of races.keys()) {
      racy.add(names.nameOf(word).replace(/ of .*/, ""));
    }
  }
  console.log(`read plainly while they change: ${[...racy].join(", ")}`);
  const allowed: string[] = [...GLANCED_AT, ...GLANCED_AT_IN_SLOT];
  assertEquals([...racy].filter((name) => !allowed.includes(name)), []);
});

Deno.test("a text that is to be replaced and is not there fails loudly", () => {
  const change = {
    file: "channels/ring.ts",
    from: "this text is in no source",
    to: "",
  };
  let message = "";
  try {
    prepare(scenarioCalled("a producer and a consumer"), { changes: [change] });
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.startsWith("Cannot change channels/ring.ts: found 0 times"));
});
