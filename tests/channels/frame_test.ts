// Messages that are more than bytes: large pieces and parcels beside them.
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Extension } from "../../channels/_frame.ts";
import { CAPACITY, PARCELS } from "../../channels/_ring_layout.ts";
import { EMPTY, ENDED, Put, Ring } from "../../channels/ring.ts";
import { randomFrom } from "./chance.ts";

const MOST_BYTES = 2 ** 20;

type Bytes = Uint8Array<ArrayBuffer>;

function filled(length: number, fill: number): Bytes {
  return new Uint8Array(length).fill(fill);
}

function extension(bulk: readonly Bytes[], parcel: number): Extension {
  return parcel === 0 ? { bulk } : { bulk, post: () => parcel };
}

function put(
  ring: Ring,
  bytes: Bytes,
  bulk: readonly Bytes[] = [],
  parcel = 0,
): number {
  return ring.put(bytes, bytes.length, extension(bulk, parcel));
}

/** Takes a message with all that is beside it; fails if there is none. */
function take(
  ring: Ring,
): { bytes: Bytes; bulk: (Bytes | undefined)[]; parcel: number } {
  const length = ring.take();
  assert(length >= 0, `nothing to take: ${length}`);
  const { reader } = ring;
  return {
    bytes: reader.bytes.slice(reader.offset, reader.offset + length),
    bulk: [...reader.beside?.bulk ?? []],
    parcel: reader.beside?.parcel ?? 0,
  };
}

Deno.test("a message arrives with its large pieces and the number of its parcel", () => {
  const ring = Ring.create(0, MOST_BYTES);
  const bulk = [filled(10_001, 1), filled(0, 0), filled(20_000, 2)];
  assertEquals(put(ring, filled(7, 9), bulk, 77), Put.done);
  assertEquals(put(ring, filled(0, 0), [filled(5, 3)]), Put.done);
  assertEquals(take(ring), { bytes: filled(7, 9), bulk, parcel: 77 });
  assertEquals(take(ring), {
    bytes: filled(0, 0),
    bulk: [filled(5, 3)],
    parcel: 0,
  });
  assertEquals(ring.take(), EMPTY);
});

Deno.test("a large piece has memory of its own, exactly as long as it is", () => {
  const ring = Ring.create(0, MOST_BYTES);
  put(ring, filled(3, 1), [filled(10_001, 1)]);
  const { bulk: [piece] } = take(ring);
  assertEquals([piece!.byteOffset, piece!.buffer.byteLength], [0, 10_001]);
});

Deno.test("messages of both kinds come whole and in order, over the end and while it grows", () => {
  for (const seed of [1, 2, 3, 4]) {
    const ring = Ring.create(0, MOST_BYTES);
    const random = randomFrom(seed);
    const expected: ReturnType<typeof take>[] = [];
    let fill = 0;
    for (let round = 0; round < 4000; round++) {
      if (random() < 0.52) {
        const bytes = filled(random() ** 3 * 300, fill++ & 255);
        const isPlain = random() < 0.5;
        const bulk = isPlain ? [] : Array.from(
          { length: random() * 3 },
          () => filled(random() ** 4 * 30_000, fill++ & 255),
        );
        const parcel = random() < 0.3 ? fill : 0;
        const outcome = isPlain && parcel === 0
          ? ring.put(bytes, bytes.length)
          : put(ring, bytes, bulk, parcel);
        if (outcome === Put.done) expected.push({ bytes, bulk, parcel });
      } else if (expected.length > 0) {
        assertEquals(take(ring), expected.shift());
      }
      assertEquals(ring.size, expected.length);
    }
    while (expected.length > 0) assertEquals(take(ring), expected.shift());
    assertEquals([ring.take(), ring.usedBytes], [EMPTY, 0]);
    assert(ring.words[CAPACITY]! > 2048);
  }
});

Deno.test("a ring says of a message with all its pieces whether it could hold it", () => {
  const ring = Ring.create(0, 1000);
  const fits = (length: number, ...bulk: number[]) =>
    ring.fits(length, { bulk: bulk.map((size) => filled(size, 0)) });
  assert(fits(984, 0));
  assert(fits(100, 880));
  assert(!fits(985, 0));
  assert(fits(100, 884));
  assert(!fits(100, 885));
  assert(!fits(0, 500, 500));
});

Deno.test("what a parcel is posted for is put; when posting fails, nothing is", () => {
  const ring = Ring.create(0, MOST_BYTES);
  const failing: Extension = {
    bulk: [],
    post() {
      throw new DOMException("no", "DataCloneError");
    },
  };
  assertThrows(() => ring.put(filled(4, 1), 4, failing), DOMException, "no");
  assertEquals([ring.size, ring.words[PARCELS]], [0, 0]);
  assertEquals(put(ring, filled(4, 2), [], 5), Put.done);
  assertEquals([take(ring).parcel, ring.words[PARCELS]], [5, 1]);
});

Deno.test("a full ring posts no parcel", () => {
  const ring = Ring.create(1, MOST_BYTES);
  put(ring, filled(4, 1));
  let posted = 0;
  const post = () => ++posted;
  assertEquals(ring.put(filled(4, 2), 4, { bulk: [], post }), Put.full);
  ring.close(false);
  assertEquals(ring.put(filled(4, 2), 4, { bulk: [], post }), Put.closed);
  assertEquals(posted, 0);
});

Deno.test("a parcel is claimed before its message is gone from the ring", () => {
  const ring = Ring.create(0, MOST_BYTES);
  put(ring, filled(4, 1));
  put(ring, filled(4, 2), [], 9);
  const claims: [number, number][] = [];
  const claim = (parcel: number) => claims.push([parcel, ring.size]);
  ring.take(claim);
  assertEquals(claims, []);
  ring.take(claim);
  assertEquals(claims, [[9, 1]]);
});

Deno.test("Ring.nextParcel() and withParcels() tell which parcels it holds", () => {
  const ring = Ring.create(0, MOST_BYTES);
  const parcels = () => {
    let found: number[] = [];
    ring.withParcels((held) => found = [...held].filter((n) => n !== 0));
    return found;
  };
  assertEquals([ring.nextParcel(), parcels()], [0, []]);
  for (const parcel of [3, 0, 5, 7]) {
    put(ring, filled(parcel * 100, parcel), [filled(3000, 1)], parcel);
  }
  ring.put(filled(9, 9), 9);
  assertEquals([ring.nextParcel(), parcels()], [3, [3, 5, 7]]);
  ring.take();
  assertEquals([ring.nextParcel(), parcels()], [0, [5, 7]]);
  ring.take();
  assertEquals([ring.nextParcel(), parcels()], [5, [5, 7]]);
  ring.close(true);
  assertEquals([ring.nextParcel(), parcels(), ring.take()], [0, [], ENDED]);
});

Deno.test("a piece that is moved takes no room, and its place is kept for it", () => {
  const ring = Ring.create(0, 1000);
  const [kept, moved] = [filled(100, 1), filled(5000, 2)];
  const extension = { bulk: [moved, kept], moved: new Set([moved]) };
  assert(ring.fits(4, extension));
  assertEquals(ring.put(filled(4, 9), 4, extension), Put.done);
  assert(ring.usedBytes < 200);
  assertEquals(take(ring).bulk, [undefined, kept]);
  assertEquals([ring.take(), ring.usedBytes], [EMPTY, 0]);
});
