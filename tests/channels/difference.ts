/**
 * Compares what was sent with what arrived.
 *
 * @module
 */

/**
 * Says how what arrived differs from what must arrive when `sent` is sent, with
 * the place; `undefined` if it does not. Stricter than any deep equality: knows
 * `-0` from `0`, holes from `undefined`, one order of keys from another, a prototype
 * from its look-alike, and a shared object from two equal ones.
 */
export function difference(
  sent: unknown,
  arrived: unknown,
  path = "$",
  pairs: Pairs = new Pairs(),
): string | undefined {
  if (Object.is(sent, arrived) && !isObject(sent)) return undefined;
  if (!isObject(sent) || !isObject(arrived)) {
    return `${path}: ${show(sent)} became ${show(arrived)}`;
  }
  if (Object.is(sent, arrived)) return `${path}: not a copy`;
  const known = pairs.check(sent, arrived);
  if (known !== undefined) {
    return known ? undefined : `${path}: another identity`;
  }
  const prototype = Object.getPrototypeOf(sent) ?? Object.prototype;
  if (prototype !== Object.getPrototypeOf(arrived)) {
    return `${path}: another prototype, ${show(sent)} became ${show(arrived)}`;
  }
  for (const [step, one, other] of parts(sent, arrived)) {
    const found = difference(one, other, path + step, pairs);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Which object of one side is which of the other. */
class Pairs {
  readonly #forth = new Map<object, object>();
  readonly #back = new Map<object, object>();

  /** Whether the two are one pair, or `undefined` if both are new. */
  check(sent: object, arrived: object): boolean | undefined {
    const there = this.#forth.get(sent);
    const here = this.#back.get(arrived);
    if (there === undefined && here === undefined) {
      this.#forth.set(sent, arrived);
      this.#back.set(arrived, sent);
      return undefined;
    }
    return there === arrived && here === sent;
  }
}

type Part = [step: string, sent: unknown, arrived: unknown];

/** What to compare of two objects of one prototype. */
function* parts(sent: object, arrived: object): Generator<Part> {
  if (ArrayBuffer.isView(sent)) {
    return yield* viewParts(sent, arrived as DataView);
  }
  if (sent instanceof ArrayBuffer) {
    return yield* bufferParts(sent, arrived as ArrayBuffer);
  }
  if (sent instanceof Error) yield* errorParts(sent, arrived as Error);
  else if (sent instanceof Map) {
    yield* listParts([...sent].flat(), [...arrived as typeof sent].flat());
  } else if (sent instanceof Set) {
    yield* listParts([...sent], [...arrived as typeof sent]);
  } else if (sent instanceof Date) {
    yield ["time", sent.getTime(), (arrived as Date).getTime()];
  } else if (sent instanceof RegExp) {
    const { source, flags, lastIndex } = arrived as RegExp;
    yield ["source", sent.source, source];
    yield ["flags", sent.flags, flags];
    yield ["lastIndex", 0, lastIndex];
  } else if (isBox(sent)) yield ["valueOf", sent.valueOf(), arrived.valueOf()];
  if (Array.isArray(sent)) {
    yield ["length", sent.length, (arrived as unknown[]).length];
  }
  yield* fieldParts(sent, arrived);
}

function isBox(object: object): boolean {
  return [Number, String, Boolean, BigInt].some((box) => object instanceof box);
}

function* listParts(sent: unknown[], arrived: unknown[]): Generator<Part> {
  yield ["size", sent.length, arrived.length];
  for (const [i, one] of sent.entries()) yield [`<${i}>`, one, arrived[i]];
}

function* fieldParts(sent: object, arrived: object): Generator<Part> {
  // Keys that are compared too: a hole has none.
  const keys = Object.keys(sent).filter((key) =>
    !(sent instanceof Error && key === "stack")
  );
  const others = Object.keys(arrived);
  yield ["keys", JSON.stringify(keys), JSON.stringify(others)];
  for (const key of keys) {
    yield [`.${key}`, Reflect.get(sent, key), Reflect.get(arrived, key)];
  }
}

function* errorParts(sent: Error, arrived: Error): Generator<Part> {
  for (const key of ["name", "message", "stack"] as const) {
    yield [`.${key}`, sent[key], arrived[key]];
  }
  yield ["has cause", "cause" in sent, "cause" in arrived];
  for (const key of ["cause", "errors", "code"]) {
    yield [`.${key}`, Reflect.get(sent, key), Reflect.get(arrived, key)];
  }
}

function* bufferParts(
  sent: ArrayBuffer,
  arrived: ArrayBuffer,
): Generator<Part> {
  yield ["resizable", sent.resizable, arrived.resizable];
  yield ["maximum", sent.maxByteLength, arrived.maxByteLength];
  yield ["bytes", hex(new Uint8Array(sent)), hex(new Uint8Array(arrived))];
}

function* viewParts(
  sent: ArrayBufferView,
  arrived: ArrayBufferView,
): Generator<Part> {
  yield ["bytes", hexOfView(sent), hexOfView(arrived)];
  yield ["offset", 0, arrived.byteOffset];
  if (sent.byteLength === sent.buffer.byteLength) {
    yield ["buffer", sent.buffer, arrived.buffer];
  } else yield ["buffer length", sent.byteLength, arrived.buffer.byteLength];
}

function hexOfView(view: ArrayBufferView): string {
  return hex(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 1, strAbbreviateSize: 60 });
}
