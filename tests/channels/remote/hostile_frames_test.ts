// What an endpoint does with frames that nobody honest sends.
//
// It stands for an agent's: the other side has a maker, a queue and a lock of it,
// and may hand over streams. What comes is answered, or is a FrameError: nothing
// else is thrown, then or later, and nothing takes long.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { decode } from "../../../channels/decode.ts";
import { Encoder } from "../../../channels/encode.ts";
import { Endpoint, FIRST_REF } from "../../../channels/remote/endpoint.ts";
import {
  type Frame,
  FrameError,
  FrameReader,
  HEADER,
  payloadOf,
  readFrame,
  Tag,
  writeHeader,
} from "../../../channels/remote/frame.ts";
import { Maker } from "../../../channels/remote/makers.ts";
import {
  registerRemote,
  type Way,
} from "../../../channels/remote/remote_kind.ts";
import "../../../channels/remote/remote_things.ts";
import { Lock, Queue } from "../../../mod.ts";
import { Chance } from "../chance.ts";
import { Random, randomValue } from "../random_value.ts";

const LANE = 3;
const QUEUE = FIRST_REF + 1;
const LOCK = FIRST_REF + 2;

// As `actors/` has it, of which these modules know nothing.
registerRemote("stream", {
  members: {},
  make: ({ call }: Way) => ({ next: () => call("next", []) }),
}, () => false);

const encoder = new Encoder({ selfContained: true });

function encoded(value: unknown): Uint8Array {
  const length = encoder.encode(value);
  return encoder.bytes.slice(0, length);
}

/** A frame with a payload of any bytes. */
function frameOf(
  tag: number,
  number: number,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER + payload.length);
  writeHeader(frame, tag, LANE, number);
  frame.set(payload, HEADER);
  return frame;
}

/** A frame with a value, as an endpoint writes it; `beside` as described. */
function frame(
  tag: number,
  number: number,
  value: unknown,
  beside?: unknown,
): Uint8Array<ArrayBuffer> {
  const bytes = encoded(value);
  const rest = beside === undefined ? new Uint8Array() : encoded(beside);
  const payload = new Uint8Array(4 + bytes.length + rest.length);
  new DataView(payload.buffer).setUint32(0, bytes.length, true);
  payload.set(bytes, 4);
  payload.set(rest, 4 + bytes.length);
  return frameOf(tag, number, payload);
}

/** A frame whose value holds the thing beside it: its first argument. */
function frameWithThing(member: string, described: unknown) {
  const things: object[] = [];
  const queue = new Queue<unknown>();
  const length = new Encoder({ selfContained: true })
    .encode([queue, QUEUE, member], things);
  assertEquals(things, [queue]);
  const again = new Encoder({ selfContained: true });
  again.encode([queue, QUEUE, member], []);
  const rest = encoded(described);
  const payload = new Uint8Array(4 + length + rest.length);
  new DataView(payload.buffer).setUint32(0, length, true);
  payload.set(again.bytes.subarray(0, length), 4);
  payload.set(rest, 4 + length);
  return frameOf(Tag.call, 1, payload);
}

function call(
  number: number,
  ref: unknown,
  member: unknown,
  ...args: unknown[]
): Uint8Array<ArrayBuffer> {
  return frame(Tag.call, number, [...args, ref, member]);
}

/** The agent's side, and all that it answers. */
class Victim implements Disposable {
  readonly queue: Queue<unknown> = new Queue();
  readonly lock: Lock = new Lock();
  readonly answers: Frame[] = [];
  readonly endpoint: Endpoint = new Endpoint({
    lane: 0,
    send: (bytes) => void this.answers.push(readFrame(bytes)),
    accepts: (kind) => kind === "stream",
    exports: () => true,
  });

  constructor() {
    const { exports } = this.endpoint.codec;
    assertEquals(exports.add("maker", new Maker()), FIRST_REF);
    assertEquals(exports.add("queue", this.queue), QUEUE);
    assertEquals(exports.add("lock", this.lock), LOCK);
  }

  /** Takes bytes of the stream: frames, or a FrameError and no other. */
  take(bytes: Uint8Array<ArrayBuffer>): FrameError | undefined {
    const reader = new FrameReader((frame) => this.endpoint.accept(frame));
    try {
      reader.push(bytes);
    } catch (error) {
      assertInstanceOf(error, FrameError);
      return error;
    }
    return undefined;
  }

  /** What it answers to one call. */
  async ask(bytes: Uint8Array<ArrayBuffer>): Promise<[number, unknown]> {
    const { number } = readFrame(bytes);
    this.answers.length = 0;
    assertEquals(this.take(bytes), undefined);
    await quiet();
    const [answer, ...more] = this.answers;
    assert(answer !== undefined, "no answer");
    assertEquals([answer.number, answer.lane, more], [number, LANE, []]);
    const payload = payloadOf(answer);
    const end = 4 + new DataView(payload.buffer, payload.byteOffset)
      .getUint32(0, true);
    const things = Array(8).fill("a thing");
    return [answer.tag, decode(payload, 4, end, things)];
  }

  /** Things that the other side has used are as good as new, once it is gone. */
  async check(): Promise<void> {
    const { queue, lock } = this;
    this.endpoint.end(new Error("It is over"));
    await quiet();
    if (queue.closed) return;
    for (; queue.tryGet().state === "ok";);
    await queue.put("still");
    assertEquals(await queue.get({ timeout: 20_000 }), "still");
    assert(!lock.isLocked || lock.isHeldHere);
    assertEquals(Object.keys(Object.prototype), []);
    for (const name of ["polluted", "0", "signal", "members"]) {
      assertEquals(Reflect.get({}, name), undefined);
    }
  }

  [Symbol.dispose](): void {
    this.endpoint.end(new Error("It is over"));
    while (this.lock.isHeldHere) this.lock.release();
  }
}

/** Lets go on what was begun. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A list of nothing but holes, which a few bytes make. */
function holes(): unknown[] {
  const list: unknown[] = [];
  list.length = 2 ** 32 - 1;
  return list;
}

/** Names that every object has, and that nobody has registered. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/** What is no text, and has none. */
const TEXTLESS = JSON.parse('{ "toString": 1, "valueOf": 2 }');

// --- one by one -------------------------------------------------------------

Deno.test("an honest call is answered", async () => {
  using victim = new Victim();
  assertEquals(await victim.ask(call(1, QUEUE, "put", { a: 1 })), [
    Tag.value,
    undefined,
  ]);
  assertEquals(await victim.ask(call(2, QUEUE, "get")), [Tag.value, { a: 1 }]);
  assertEquals(
    (await victim.ask(call(3, FIRST_REF, "make", "queue", {})))[0],
    2,
  );
  await victim.check();
});

Deno.test("a member that is not on the list is refused, whatever it is called", () => {
  using victim = new Victim();
  const members = [
    ...INHERITED,
    "constructor",
    "",
    "members",
    "memory",
    "sizes",
  ];
  const others = [undefined, null, 0, 1n, [], ["put"], {}, TEXTLESS, holes()];
  for (const ref of [FIRST_REF, QUEUE, LOCK]) {
    for (const member of [...members, ...others]) {
      assertInstanceOf(victim.take(call(1, ref, member)), FrameError);
    }
  }
  assertEquals(victim.answers, []);
});

Deno.test("a thing that was not handed over is refused, whatever its number", () => {
  using victim = new Victim();
  const refs = [0, -1, 4, 1.5, NaN, 2 ** 53, "1", `${QUEUE}`, [QUEUE], null];
  const others = [undefined, 1n, { valueOf: 1 }, TEXTLESS, holes()];
  for (const ref of [...refs, ...others]) {
    assertInstanceOf(victim.take(call(1, ref, "put", 1)), FrameError);
    assertInstanceOf(victim.take(frame(Tag.drop, 0, [ref, 1])), FrameError);
  }
  assertEquals(victim.queue.size, 0);
});

Deno.test("a payload that is no list is refused where one has to be", () => {
  using victim = new Victim();
  for (const value of [undefined, 5, "put", {}, new Map(), new Uint8Array(9)]) {
    for (const tag of [Tag.call, Tag.abort, Tag.drop]) {
      assertInstanceOf(victim.take(frame(tag, 1, value)), FrameError);
    }
  }
  assertInstanceOf(victim.take(frame(Tag.call, 1, [])), FrameError);
});

Deno.test("an answer to a call that was not made is refused, and so is a second", async () => {
  using victim = new Victim();
  for (const tag of [Tag.value, Tag.error]) {
    assertInstanceOf(victim.take(frame(tag, 1, 1)), FrameError);
  }
  const made = victim.endpoint.wayTo(FIRST_REF, {}).call("start", []);
  const [{ number }] = victim.answers as [Frame];
  assertEquals(victim.take(frame(Tag.value, number, "up")), undefined);
  assertEquals(await made, "up");
  assertInstanceOf(victim.take(frame(Tag.value, number, "up")), FrameError);
});

Deno.test("an abort of what is not in hand changes nothing", async () => {
  using victim = new Victim();
  for (const number of [0, 1, 2 ** 32 - 1]) {
    assertEquals(victim.take(frame(Tag.abort, number, [1])), undefined);
    assertEquals(victim.take(frame(Tag.abort, number, [])), undefined);
  }
  assertEquals((await victim.ask(call(1, QUEUE, "tryGet")))[0], Tag.value);
});

Deno.test("a call in hand may be given up many times, and is answered once", async () => {
  using victim = new Victim();
  victim.take(call(1, QUEUE, "get"));
  for (let n = 0; n < 3; n++) victim.take(frame(Tag.abort, 1, [TEXTLESS]));
  await quiet();
  assertEquals(victim.answers.map(({ tag }) => tag), [Tag.error]);
});

Deno.test("a second call of a number that is in hand is refused", async () => {
  using victim = new Victim();
  assertEquals(victim.take(call(1, QUEUE, "get")), undefined);
  assertInstanceOf(victim.take(call(1, QUEUE, "get")), FrameError);
  await victim.queue.put(1);
  await quiet();
  assertEquals(victim.answers.length, 1);
});

Deno.test("a count that is none is refused, and no count brings back what is gone", () => {
  const counts = [
    undefined,
    "1",
    NaN,
    Infinity,
    -Infinity,
    0.5,
    1n,
    [1],
    holes(),
  ];
  using victim = new Victim();
  for (const count of counts) {
    assertInstanceOf(
      victim.take(frame(Tag.drop, 0, [QUEUE, count])),
      FrameError,
    );
  }
  assertEquals(
    victim.take(frame(Tag.drop, 0, [QUEUE, -(2 ** 53 - 1)])),
    undefined,
  );
  assertEquals(victim.take(frame(Tag.drop, 0, [LOCK, 2 ** 53 - 1])), undefined);
  assertInstanceOf(victim.take(frame(Tag.drop, 0, [LOCK, -5])), FrameError);
  assertInstanceOf(victim.take(call(1, LOCK, "isLocked")), FrameError);
  assertEquals(victim.take(call(1, QUEUE, "size")), undefined);
});

Deno.test("a thing that is dropped while a call is in hand still does that", async () => {
  using victim = new Victim();
  victim.take(call(1, QUEUE, "get"));
  victim.take(frame(Tag.drop, 0, [QUEUE, 1]));
  await victim.queue.put("item");
  await quiet();
  assertEquals(victim.answers.map(({ tag }) => tag), [Tag.value]);
});

Deno.test("only streams may be handed over, and they are data otherwise", () => {
  using victim = new Victim();
  const refused: unknown[] = [
    [[1, "queue", {}]],
    [[1, "maker", {}]],
    [[1, "toString", {}]],
    [[1, TEXTLESS, {}]],
    [[1, "stream"]],
    [[1, "stream", null]],
    [["1", "stream", {}]],
    [[1.5, "stream", {}]],
    [[99]],
    [[TEXTLESS]],
    [5],
    [null],
    5,
    {},
    [],
  ];
  for (const described of refused) {
    const bytes = frameWithThing("tryPut", described);
    assertInstanceOf(victim.take(bytes), FrameError, Deno.inspect(described));
  }
  // What is the agent's own comes back as it is.
  assertEquals(victim.take(frameWithThing("tryPut", [[QUEUE]])), undefined);
  assertEquals(victim.queue.size, 1);
  // A stream is a thing of this thread alone, and no item: an answer says so.
  const stream = frameWithThing("tryPut", [[1, "stream", {}]]);
  assertEquals(victim.take(stream), undefined);
  assertEquals(victim.answers.map(({ tag }) => tag), [Tag.value, Tag.error]);
});

Deno.test("lists of nothing but holes take no time", () => {
  using victim = new Victim();
  const began = performance.now();
  const parts = holes();
  parts.length -= 2;
  parts.push(QUEUE, "put");
  assertInstanceOf(victim.take(frame(Tag.call, 1, parts)), FrameError);
  assertInstanceOf(victim.take(frameWithThing("tryPut", holes())), FrameError);
  assertInstanceOf(victim.take(frame(Tag.drop, 1, holes())), FrameError);
  assertEquals(victim.take(frame(Tag.abort, 1, holes())), undefined);
  let number = 0;
  for (const member of ["put", "get", "join", "ready"]) {
    for (const options of [holes(), { until: holes() }, { timeout: holes() }]) {
      victim.take(call(number++, QUEUE, member, 1, options));
      victim.take(call(number++, QUEUE, member, options));
    }
  }
  for (const kind of ["queue", "pipe", "shared-map", "lock", "semaphore"]) {
    for (const value of [holes(), { name: holes(), capacity: holes() }]) {
      victim.take(call(number++, FIRST_REF, "make", kind, value, value));
    }
  }
  assert(performance.now() - began < 2000);
});

Deno.test("options of many bytes do not become as many properties", async () => {
  using victim = new Victim();
  const long = "x".repeat(2 ** 22);
  for (const options of [long, new Uint8Array(2 ** 22), [long], null, 5]) {
    const began = performance.now();
    const [tag, error] = await victim.ask(call(1, QUEUE, "get", options));
    assertEquals(tag, Tag.error);
    assertInstanceOf(error, TypeError);
    assert(performance.now() - began < 500);
  }
});

Deno.test("no key of an object is more than a key", async () => {
  using victim = new Victim();
  const item = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":1}}',
  );
  await victim.ask(call(1, QUEUE, "put", item, item));
  const [, arrived] = await victim.ask(call(2, QUEUE, "get", item));
  assertEquals(Object.keys(arrived as object), ["__proto__", "constructor"]);
  assertEquals(Reflect.get(arrived as object, "polluted"), undefined);
  await victim.ask(call(3, FIRST_REF, "make", "queue", item));
  await victim.check();
});

Deno.test("accept() itself refuses a tag that a reader would not let through", () => {
  using victim = new Victim();
  const bytes = call(1, QUEUE, "tryGet");
  bytes[4] = 9;
  assertThrows(() => victim.endpoint.accept(readFrame(bytes)), FrameError);
});

// --- by chance --------------------------------------------------------------

const MEMBERS = [
  ["make", "queue"],
  [
    "put",
    "get",
    "tryPut",
    "tryGet",
    "size",
    "taskDone",
    "join",
    "stats",
    "ready",
  ],
  ["acquire", "tryAcquire", "release", "isLocked", "inspect", "isHeldHere"],
];

/** A frame such as an honest process sends. */
function honest(chance: Chance): Uint8Array<ArrayBuffer> {
  const number = chance.below(40);
  const which = chance.below(3);
  const member = chance.of(...MEMBERS[which]!);
  switch (chance.below(8)) {
    case 0:
      return frame(Tag.abort, number, ["enough"]);
    case 1:
      return frame(Tag.drop, 0, [4 + chance.below(4), 1]);
    case 2:
      return frame(chance.of(Tag.value, Tag.error), number, "answer");
    default: {
      const args = chance.of<unknown[]>(
        [],
        [{ timeout: 0 }],
        ["queue", { capacity: 2 }],
        ["lock", {}],
        [{ item: [1, "two"] }, { timeout: 1 }],
      );
      return call(number, which + FIRST_REF, member, ...args);
    }
  }
}

/** An argument that nobody honest gives. */
function odd(chance: Chance): unknown {
  const random = new Random(chance.seed());
  return chance.of<() => unknown>(
    () =>
      chance.of<unknown>(NaN, -1, 2 ** 53, Infinity, 1n, "", null, undefined),
    () => chance.of<unknown>(TEXTLESS, holes(), [], {}, "x".repeat(1000)),
    () => ({ timeout: chance.of<unknown>(-1, "1", NaN, 0, TEXTLESS) }),
    () => ({ until: chance.of<unknown>([1], {}, holes(), null) }),
    () => JSON.parse('{"__proto__":{"polluted":1},"signal":{},"timeout":0}'),
    () => randomValue(random, { great: "never", size: 20 }),
  )();
}

/** A frame of a shape that is right, with parts that are not. */
function wrong(chance: Chance): Uint8Array<ArrayBuffer> {
  const number = chance.of(0, chance.below(40), 2 ** 32 - 1);
  const ref = chance.of<unknown>(
    FIRST_REF,
    QUEUE,
    LOCK,
    4 + chance.below(3),
    odd(chance),
  );
  const member = chance.of<unknown>(
    ...INHERITED,
    ...MEMBERS.flat(),
    ...MEMBERS.flat(),
    odd(chance),
  );
  const args = Array.from({ length: chance.below(4) }, () => odd(chance));
  switch (chance.below(6)) {
    case 0: {
      const counts = [0, -1, -(2 ** 40), NaN, 0.5, odd(chance)];
      // The three stay, for what is tried next.
      const dropped = chance.of<unknown>(0, 4, 5, 99, -1, odd(chance));
      return frame(Tag.drop, number, [
        dropped,
        chance.of<unknown>(...counts, 1, 2 ** 40),
      ]);
    }
    case 1:
      return frame(chance.of(Tag.abort, Tag.drop), number, odd(chance));
    case 2:
      return frame(chance.of(Tag.value, Tag.error), number, odd(chance));
    case 3:
      return frameWithThing(
        chance.of("tryPut", "put", "get"),
        chance.of<unknown>(
          [[chance.below(6), chance.of("stream", "queue"), {}]],
          [[chance.below(6)]],
          odd(chance),
          [odd(chance)],
        ),
      );
    default:
      return call(number, ref, member, ...args);
  }
}

/** A frame with some bytes changed, cut off, or doubled. */
function mutated(chance: Chance): Uint8Array<ArrayBuffer> {
  const bytes = chance.of(honest, wrong)(chance);
  switch (chance.below(5)) {
    case 0:
      return bytes.slice(0, chance.below(bytes.length));
    case 1: {
      const twice = new Uint8Array(bytes.length * 2);
      twice.set(bytes);
      twice.set(bytes, bytes.length);
      return twice;
    }
    case 2: {
      // Cut off, with a header that knows of it.
      const cut = bytes.slice(0, HEADER + chance.below(bytes.length - HEADER));
      new DataView(cut.buffer).setUint32(0, cut.length - HEADER, true);
      return cut;
    }
    default: {
      const from = chance.of(0, HEADER, HEADER + 4);
      for (let n = chance.below(4); n >= 0; n--) {
        const at = from + chance.below(bytes.length - from);
        bytes[at] = chance.of(
          bytes[at]! ^ (1 << chance.below(8)),
          chance.below(256),
        );
      }
      return bytes;
    }
  }
}

function noise(chance: Chance): Uint8Array<ArrayBuffer> {
  const length = 4 + chance.below(60);
  const payload = Uint8Array.from({ length }, () => chance.below(256));
  if (chance.of(true, false)) {
    new DataView(payload.buffer).setUint32(0, chance.below(length), true);
  }
  return frameOf(1 + chance.below(5), chance.below(40), payload);
}

/** Tells what was rejected and not looked at. */
function watch(): Disposable {
  const seen: unknown[] = [];
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(event.reason);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    seen.push(event.error);
  };
  addEventListener("unhandledrejection", onRejection);
  addEventListener("error", onError);
  return {
    [Symbol.dispose]() {
      removeEventListener("unhandledrejection", onRejection);
      removeEventListener("error", onError);
      assertEquals(seen, []);
    },
  };
}

/** How many frames one endpoint is sent. */
const FRAMES = 200;

async function attack(seed: number): Promise<void> {
  const chance = new Chance(seed);
  using victim = new Victim();
  for (let n = 0; n < FRAMES; n++) {
    const make = chance.of(honest, wrong, wrong, mutated, mutated, noise);
    const bytes = make(chance);
    const began = performance.now();
    victim.take(bytes);
    const took = performance.now() - began;
    assert(took < 2000, `frame ${n} took ${took} ms: ${bytes.toHex()}`);
    if (n % 50 === 0) await quiet();
  }
  await quiet();
  for (const { tag } of victim.answers) {
    assert(tag === Tag.value || tag === Tag.error || tag === Tag.drop);
  }
  await victim.check();
}

Deno.test("frames of chance are answered or refused, and spoil nothing (stress)", async () => {
  const seconds = Number(Deno.env.get("TROUPE_STRESS") || 0);
  const given = Deno.env.get("TROUPE_SEED");
  const first = Number(given || (seconds > 0 ? Date.now() % 2 ** 31 : 1));
  const end = performance.now() + seconds * 1000;
  using _watch = watch();
  for (let n = 0; n < (given ? 1 : 30) || performance.now() < end; n++) {
    try {
      await attack(first + n);
    } catch (cause) {
      throw new Error(`Failed with TROUPE_SEED=${first + n}`, { cause });
    }
  }
  await quiet();
});
