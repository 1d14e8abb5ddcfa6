// How many items of a map go to a worker at once.
import { assert, assertEquals } from "@std/assert";
import {
  type ChunkBounds,
  ChunkSize,
} from "../../../actors/pool/_chunk_size.ts";

const bounds: ChunkBounds = { total: undefined, buffer: 1024, workers: 2 };

/** The sizes that are chosen one after the other, if each item takes so long. */
function sizesFor(
  msPerItem: number,
  chunks: number,
  size = new ChunkSize(undefined, bounds),
): number[] {
  return Array.from({ length: chunks }, () => {
    const { next } = size;
    size.learn(next, next * msPerItem);
    return next;
  });
}

Deno.test("ChunkSize grows fourfold at most, to some ms of quick items", () => {
  assertEquals(sizesFor(0.05, 6), [1, 4, 16, 64, 100, 100]);
});

Deno.test("ChunkSize stays at one for items that take longer than that", () => {
  assertEquals(sizesFor(5, 4), [1, 1, 1, 1]);
  assertEquals(sizesFor(1000, 4), [1, 1, 1, 1]);
});

Deno.test("ChunkSize shrinks at once when items become slow, and grows again after", () => {
  const size = new ChunkSize(undefined, bounds);
  sizesFor(0.05, 5, size);
  assertEquals(size.next, 100);
  size.learn(100, 500);
  assertEquals(size.next, 1);
  assertEquals(sizesFor(0.05, 3, size), [1, 4, 16]);
});

Deno.test("ChunkSize leaves several chunks for each worker, of the items and of the buffer", () => {
  const largest = (given: Partial<ChunkBounds>) => {
    const size = new ChunkSize(undefined, { ...bounds, ...given });
    return sizesFor(0.000_001, 10, size).at(-1)!;
  };
  assertEquals(largest({ total: 80 }), 10); // 4 for each of 2 workers
  assertEquals(largest({ total: 81 }), 11);
  assertEquals(largest({ total: 1 }), 1);
  assertEquals(largest({ total: 0 }), 1);
  assertEquals(largest({ buffer: 80 }), 10);
  assertEquals(largest({ buffer: 3 }), 1);
  assert(largest({ buffer: 1e9 }) <= 1000); // so that the bounds are heeded soon
});

Deno.test("ChunkSize that is chosen lets so many chunks be under way as workers need", () => {
  const size = new ChunkSize(undefined, bounds);
  const may = [0, 1, 7, 8, 9].map((underway) => size.mayAdd(underway));
  assertEquals(may, [true, true, true, false, false]);
});

Deno.test("ChunkSize learns nothing from a time that is not known", () => {
  const size = new ChunkSize(undefined, bounds);
  size.learn(1, 0.01);
  size.learn(4, 0);
  assertEquals(size.next, 4);
});

Deno.test("ChunkSize by hand is always that, within the buffer, however many are under way", () => {
  const size = new ChunkSize(64, bounds);
  assertEquals(sizesFor(1000, 3, size), [64, 64, 64]);
  assertEquals(size.mayAdd(1_000_000), true);
  // A larger one would never be full.
  assertEquals(new ChunkSize(64, { ...bounds, buffer: 10 }).next, 10);
});
