// Random values there and back, and random bytes that are no message.
//
// TROUPE_VALUES=10000000 sends so many values, and says how fast.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { CorruptMessageError, decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { difference, Random, randomValue } from "./random_value.ts";
import type { RandomValueOptions } from "./random_value.ts";

/** Seconds that a stress run asks for; without one the tests are short. */
const stress = wish("TROUPE_STRESS");

/** How many values a run asks for. */
const values = wish("TROUPE_VALUES");

/** The seed that a run asks for, to begin with. */
const seed = wish("TROUPE_SEED");

function wish(variable: string): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  if (state !== "granted") return undefined;
  const text = Deno.env.get(variable);
  return text === undefined || text === "" ? undefined : Number(text);
}

/** Calls `round` with one seed after another, so many times or so long. */
function rounds(count: number, round: (seed: number) => void): void {
  // A stress run takes seeds of its own each time.
  const first = seed ?? (stress === undefined ? 1 : Date.now() % 2 ** 31);
  const end = performance.now() + (stress ?? 0) * 1000;
  for (let i = 0; i < count || performance.now() < end; i++) {
    try {
      round(first + i);
    } catch (error) {
      throw new Error(`Failed with seed ${first + i}`, { cause: error });
    }
  }
}

const shared = new Encoder();
const selfContained = new Encoder({ selfContained: true });

function encoded(value: unknown): Uint8Array {
  const length = shared.encode(value);
  return shared.bytes.slice(0, length);
}

/** Sends a value one of the ways there are, and compares what arrives. */
function thereAndBack(
  seed: number,
  options: RandomValueOptions | undefined,
): void {
  const random = new Random(seed);
  const encoder = random.oneIn(4) ? selfContained : shared;
  const bulk: Uint8Array<ArrayBuffer>[] | undefined = random.oneIn(2)
    ? []
    : undefined;
  const value = randomValue(random, options ?? anyOptions(random));
  const length = encoder.encode(value, undefined, bulk);
  const arrived = decode(
    encoder.bytes,
    0,
    length,
    undefined,
    bulk?.map((bytes) => bytes.slice()),
  );
  assertEquals(difference(value, arrived), undefined);
}

/** Now and then a value is deep, or has great buffers. */
function anyOptions(random: Random): RandomValueOptions {
  return {
    wrap: random.oneIn(100) ? 200 : 0,
    great: random.oneIn(20) ? "sometimes" : "never",
  };
}

Deno.test("random values arrive as they were sent (stress)", () => {
  const began = performance.now();
  let sent = 0;
  let first = 0;
  rounds(values ?? 20_000, (seed) => {
    if (sent++ === 0) first = seed;
    thereAndBack(seed, undefined);
  });
  if (values === undefined) return;
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${sent} values of the seeds ${first} to ${first + sent - 1} arrived as ` +
      `they were sent: ${Math.round(sent / seconds)} a second`,
  );
});

Deno.test("random values that are large arrive as they were sent (stress)", () => {
  rounds(200, (seed) => {
    thereAndBack(seed, { depth: 40, size: 3000, great: "sometimes" });
  });
});

Deno.test("random values that are deep arrive as they were sent (stress)", () => {
  rounds(500, (seed) => thereAndBack(seed, { wrap: 300 }));
});

Deno.test("random values with great buffers arrive as they were sent (stress)", () => {
  rounds(300, (seed) => thereAndBack(seed, { size: 60, great: "often" }));
});

Deno.test("encodeLossy() writes what encode() does where all can be sent", () => {
  rounds(2000, (seed) => {
    const random = new Random(seed);
    const value = randomValue(random, anyOptions(random));
    const length = shared.encodeLossy(value);
    const arrived = decode(shared.bytes, 0, length);
    assertEquals(difference(value, arrived), undefined);
  });
});

/** Decodes bytes that may be anything: only one class of error may come of it. */
function decodeAnything(bytes: Uint8Array): void {
  const bulk = [new Uint8Array(2), new Uint8Array(8192)];
  try {
    decode(bytes, 0, bytes.length, [{}, 1], bulk);
  } catch (error) {
    assertInstanceOf(error, CorruptMessageError);
  }
}

Deno.test("decode() of random bytes gives a value or a CorruptMessageError (stress)", () => {
  rounds(30_000, (seed) => {
    const random = new Random(seed);
    const bytes = new Uint8Array(random.below(200));
    // Tags are small, so half of the messages are made of small bytes.
    const limit = random.oneIn(2) ? 256 : 0x50;
    for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(limit);
    decodeAnything(bytes);
  });
});

Deno.test("decode() of a damaged message gives a value or a CorruptMessageError (stress)", () => {
  rounds(5000, (seed) => {
    const random = new Random(seed);
    const bytes = encoded(randomValue(random, anyOptions(random)));
    for (let i = 0; i < 4; i++) {
      const damaged = bytes.slice();
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const at = random.below(damaged.length);
        damaged[at]! ^= 1 << random.below(8);
      }
      decodeAnything(damaged);
    }
  });
});

Deno.test("decode() of a message that is cut short is a CorruptMessageError (stress)", () => {
  rounds(100, (seed) => {
    const bytes = encoded(randomValue(new Random(seed)));
    for (let end = 0; end < bytes.length; end++) {
      let error: unknown;
      try {
        decode(bytes, 0, end);
      } catch (thrown) {
        error = thrown;
      }
      assertInstanceOf(error, CorruptMessageError);
    }
  });
});

Deno.test("a message decodes the same wherever it lies in memory", () => {
  rounds(500, (seed) => {
    const random = new Random(seed);
    const value = randomValue(random);
    const bytes = encoded(value);
    const start = random.below(20);
    const around = new Uint8Array(bytes.length + 40).fill(0xff);
    around.set(bytes, start);
    const arrived = decode(around, start, start + bytes.length);
    assertEquals(difference(value, arrived), undefined);
  });
});
