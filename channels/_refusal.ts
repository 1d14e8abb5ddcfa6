/**
 * The words for what cannot be sent.
 *
 * @module
 */

/** What was found in a value, and what its sender might do instead. */
export interface Refusal {
  /** What was found, such as `a function`. */
  readonly found: string;
  /** What to do instead, where there is something to say. */
  readonly advice?: string;
}

const NO_DATA =
  "It works within its program only, and is no data that could leave it";

const AS_DATA = "It would arrive without its class; send its data instead";

/** What to do instead of sending an object of the platform. */
const ADVICE: { readonly [name: string]: string | undefined } = {
  Promise: "Await it first",
  URL: "Send its .href",
  URLSearchParams: "Send its text, .toString()",
  Headers: "Send its entries, [...headers]",
  FormData: "Send its entries, [...formData]",
  Request: "Send its url, method, headers and body as data",
  Response: "Send its status, headers and body as data",
  ReadableStream: "Name it in { transfer }, or send its chunks as items",
  WritableStream: "Name it in { transfer }",
  TransformStream: "Name it in { transfer }",
  AbortSignal: "Pass it as the signal of the call that it should stop",
  MessagePort: "Name it in { transfer }, or use a pipe",
  WeakMap: "Send a Map",
  WeakSet: "Send a Set",
};

/** What is said of a symbol or a function. */
export function refusePrimitive(value: unknown): Refusal {
  return { found: typeof value === "symbol" ? "a symbol" : "a function" };
}

/** What is said of a thing that only travels beside the bytes. */
export function refuseBeside(value: object): Refusal {
  const name = withArticle(classOf(value) ?? "handle");
  const found = ArrayBuffer.isView(value) ? `${name} of shared memory` : name;
  return { found, advice: NO_DATA };
}

/** What is said of an object of no class that can be sent. */
export function refuseObject(value: object): Refusal {
  const name = classOf(value);
  if (name === undefined) return refuseOwnPrototype(value);
  if (name === "Promise") return { found: "a promise", advice: ADVICE.Promise };
  if (!isPlatformClass(value, name)) {
    return {
      found: name === ""
        ? "an instance of a class without a name"
        : `an instance of class ${name}`,
      advice: AS_DATA,
    };
  }
  const advice = Object.hasOwn(ADVICE, name) ? ADVICE[name] : undefined;
  return {
    found: withArticle(name),
    advice: advice ?? "It belongs to the actor that made it",
  };
}

/** What is said of an object that inherits from something without a class. */
function refuseOwnPrototype(value: object): Refusal {
  const text = attempt(() => Object.prototype.toString.call(value));
  const tag = text?.slice("[object ".length, -1) ?? "Object";
  if (/^(?:Async)?Generator$/.test(tag)) {
    return { found: "a generator", advice: "Send what it yields" };
  }
  return tag === "Object" ? LOOK_ALIKE : { found: withArticle(tag) };
}

/** What is said of an object that inherits from a class but was not made by it. */
export const LOOK_ALIKE: Refusal = {
  found: "an object with a prototype of its own",
  advice: "Send a plain object",
};

/** What is said of a proxy whose handler was taken away. */
export function refuseRevoked(): Refusal {
  return { found: "a revoked proxy" };
}

/** What is said of a buffer, or a view of one, whose memory was given away. */
export function refuseDetached(value: object): Refusal {
  const name = classOf(value) ?? "buffer";
  const found = ArrayBuffer.isView(value)
    ? `${withArticle(name)} of a detached buffer`
    : `a detached ${name}`;
  return { found, advice: "Its memory was transferred to another owner" };
}

/** What is said of a view whose buffer has become too short for it. */
export function refuseOutOfBounds(value: object): Refusal {
  const name = withArticle(classOf(value) ?? "view");
  return { found: `${name} out of the bounds of its resized buffer` };
}

/** Describes what cannot be sent by a text that can be: `[function cb]`. */
export function describe(value: unknown, { found }: Refusal): string {
  if (typeof value === "function") {
    const name = attempt(() => value.name);
    return typeof name === "string" && name !== ""
      ? `[function ${name}]`
      : "[function]";
  }
  if (typeof value === "symbol") return `[symbol ${value.description ?? ""}]`;
  if (found === "a URL") return `[URL ${attempt(() => String(value))}]`;
  return `[${found}]`;
}

/** Describes an error that was thrown where a value should have been read. */
export function describeThrown(error: unknown): string {
  return `[threw ${attempt(() => String(error)) ?? "an error"}]`;
}

/**
 * The name of the class an object was made by. Undefined without a class, that is
 * if its prototype is no class's own.
 */
function classOf(value: object): string | undefined {
  return attempt(() => {
    const prototype = Object.getPrototypeOf(value);
    if (!Object.hasOwn(prototype, "constructor")) return undefined;
    const { constructor } = prototype;
    if (typeof constructor !== "function") return undefined;
    return constructor.prototype === prototype
      ? String(constructor.name)
      : undefined;
  });
}

function isPlatformClass(value: object, name: string): boolean {
  return attempt(() =>
    Object.getOwnPropertyDescriptor(globalThis, name) !== undefined &&
    Reflect.get(globalThis, name).prototype === Object.getPrototypeOf(value)
  ) ?? false;
}

/** The answer of code that is not ours, if it gives one. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
