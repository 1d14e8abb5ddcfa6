/**
 * What it costs to turn a value into bytes and back, beside the two ways that the
 * platform has: `structuredClone`, which does both at once, and JSON.
 *
 * Run with `deno bench --allow-read benches/codec.bench.ts`.
 *
 * @module
 */
import { decode } from "../channels/decode.ts";
import { Encoder } from "../channels/encode.ts";
import nested from "./nested_item.json" with { type: "json" };

const encoder = new Encoder();

const values: [name: string, value: unknown][] = [
  ["an int", 77],
  ["{ id, msg }", { id: 12345, msg: "hello" }],
  ["1 KiB of nested objects", nested],
  ["64 KiB of bytes", new Uint8Array(1 << 16)],
];

/** Encodes without the program's table of shapes, as for another program. */
const selfContained = new Encoder({ selfContained: true });

// All values pass once before any is measured: a program that sends one kind of
// value only is the exception, and its figures would be flattering.
for (let i = 0; i < 1000; i++) {
  for (const [, value] of values) {
    const length = encoder.encode(value);
    decode(encoder.bytes, 0, length);
    selfContained.encode(value);
  }
}

for (const [name, value] of values) {
  const length = encoder.encode(value);
  const message = encoder.bytes.slice(0, length);
  const group = name;

  Deno.bench(`${name}: encode`, { group, baseline: true }, () => {
    encoder.encode(value);
  });
  Deno.bench(`${name}: decode`, { group }, () => {
    decode(message, 0, length);
  });
  Deno.bench(`${name}: encode self-contained`, { group }, () => {
    selfContained.encode(value);
  });
  Deno.bench(`${name}: structuredClone`, { group }, () => {
    structuredClone(value);
  });
  // JSON has no bytes.
  if (value instanceof Uint8Array) continue;
  const text = JSON.stringify(value);
  Deno.bench(`${name}: JSON.stringify`, { group }, () => {
    JSON.stringify(value);
  });
  Deno.bench(`${name}: JSON.parse`, { group }, () => {
    JSON.parse(text);
  });
}
