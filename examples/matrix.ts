// deno run --no-prompt --allow-read=. examples/matrix.ts
//
// Multiplies two matrices that lie in shared memory: first this thread alone,
// then one actor for each core. Nobody sends a number to anybody: all read the
// same two matrices, and each writes its own rows of the result.
//
// Look at `next.add(1)`: it says which rows an actor takes next, to each another.
// And at `view`, the memory itself as a typed array, for loops that must be fast.
import { actor, SharedArray, Value } from "@troupe/troupe";

const SIZE = 640; // rows, and columns
const BLOCK = 32; // rows at a time, and columns at a time

type Matrix = SharedArray<"float64">;

/** The rows from `first` on of the product, a block at a time. */
function multiplyRows(a: Matrix, b: Matrix, product: Matrix, first: number) {
  const left = a.view, right = b.view, result = product.view;
  for (let block = 0; block < SIZE; block += BLOCK) {
    for (let row = first; row < first + BLOCK; row++) {
      for (let k = block; k < block + BLOCK; k++) {
        const factor = left[row * SIZE + k]!;
        for (let column = 0; column < SIZE; column++) {
          result[row * SIZE + column]! += factor * right[k * SIZE + column]!;
        }
      }
    }
  }
}

const multiply = actor(
  import.meta,
  function multiply(
    next: Value<"uint32">,
    a: Matrix,
    b: Matrix,
    product: Matrix,
  ) {
    for (;;) {
      const first = next.add(1) * BLOCK;
      if (first >= SIZE) break;
      multiplyRows(a, b, product, first);
    }
  },
);

function* numbers(step: number) {
  for (let n = 0; n < SIZE * SIZE; n++) yield (n * step) % 7;
}

if (import.meta.main) {
  const a = new SharedArray("float64", numbers(3));
  const b = new SharedArray("float64", numbers(5));
  const alone = new SharedArray("float64", SIZE * SIZE);
  const together = new SharedArray("float64", SIZE * SIZE);
  multiplyRows(a, b, together, 0); // The first time is slower: not counted.
  together.fill(0);

  let start = performance.now();
  for (let first = 0; first < SIZE; first += BLOCK) {
    multiplyRows(a, b, alone, first);
  }
  const aloneMs = performance.now() - start;
  console.log(`alone: ${Math.round(aloneMs)} ms`);

  const cores = navigator.hardwareConcurrency;
  const next = new Value("uint32", 0);
  start = performance.now();
  const actors = Array.from(
    { length: cores },
    () => multiply.spawn([next, a, b, together]),
  );
  for (const one of actors) await one.join();
  const togetherMs = performance.now() - start;
  console.log(`${cores} actors: ${Math.round(togetherMs)} ms`);

  const isSame = alone.view.every((n, i) => n === together.view[i]);
  console.log(isSame ? "the same product" : "NOT the same product");
  console.log(`speed-up: ${(aloneMs / togetherMs).toFixed(2)}`);
  if (cores === 1) console.log("(this machine has one core: expect none)");
}
