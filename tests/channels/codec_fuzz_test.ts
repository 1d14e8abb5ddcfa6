// Random values there and back, and random bytes that are no message.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { CorruptMessageError, decode } from "../../channels/decode.ts";
import { Encoder } from "../../channels/encode.ts";
import { difference, Random, randomValue } from "./random_value.ts";

/** Seconds that a stress run asks for; without one the tests are short. */
const stress = stressSeconds();

function stressSeconds(): number | undefined {
  const { state } = Deno.permissions.querySync({
    name: "env",
    variable: "TROUPE_STRESS",
  });
  if (state !== "granted") return undefined;
  const text = Deno.env.get("TROUPE_STRESS");
  return text === undefined ? undefined : Number(text);
}

/** Calls `round` with one seed after another, so many times or so long. */
function rounds(count: number, round: (seed: number) => void): void {
  // A stress run takes seeds of its own each time.
  const first = stress === undefined ? 1 : Date.now() % 2 ** 31;
  const end = performance.now() + (stress ?? 0) * 1000;
  for (
    let seed = first;
    seed < first + count || performance.now() < end;
    seed++
  ) {
    try {
      round(seed);
    } catch (error) {
      throw new Error(`Failed with seed ${seed}`, { cause: error });
    }
  }
}

const encoder = new Encoder();

function encoded(value: unknown): Uint8Array {
  const length = encoder.encode(value);
  return encoder.bytes.slice(0, length);
}

Deno.test("random values arrive as they were sent (stress)", () => {
  rounds(20_000, (seed) => {
    const value = randomValue(new Random(seed));
    const bytes = encoded(value);
    const arrived = decode(bytes, 0, bytes.length);
    assertEquals(difference(value, arrived), undefined);
  });
});

Deno.test("random values that are large arrive as they were sent (stress)", () => {
  rounds(200, (seed) => {
    const value = randomValue(new Random(seed), { depth: 40, size: 3000 });
    const bytes = encoded(value);
    const arrived = decode(bytes, 0, bytes.length);
    assertEquals(difference(value, arrived), undefined);
  });
});

Deno.test("encodeLossy() writes what encode() does where all can be sent", () => {
  rounds(2000, (seed) => {
    const value = randomValue(new Random(seed));
    const length = encoder.encodeLossy(value);
    const arrived = decode(encoder.bytes, 0, length);
    assertEquals(difference(value, arrived), undefined);
  });
});

/** Decodes bytes that may be anything: only one class of error may come of it. */
function decodeAnything(bytes: Uint8Array): void {
  try {
    decode(bytes, 0, bytes.length);
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
    const bytes = encoded(randomValue(random));
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
