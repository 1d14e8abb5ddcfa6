// What becomes of errors between an Encoder and decode().
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { registerErrorClass } from "../../channels/error_classes.ts";
import {
  BrokenPipeError,
  NotSendableError,
  PipeClosedError,
  QueueClosedError,
} from "../../channels/errors.ts";
import { decoded, sent } from "./codec.ts";
import { difference } from "./difference.ts";

Deno.test("errors of the platform arrive with class, message, stack and cause", () => {
  const errors: Error[] = [
    new Error(),
    new Error("plain", { cause: undefined }),
    new EvalError("a"),
    new RangeError("b", { cause: { deep: [new TypeError("c")] } }),
    new ReferenceError("d"),
    new SyntaxError("e"),
    new URIError("f"),
    new AggregateError([new Error("g"), "h"], "i"),
    new SuppressedError(new Error("new"), new Error("old"), "both"),
    new DOMException("gone", "AbortError"),
    new DOMException("late", "TimeoutError"),
    new Deno.errors.NotFound("no such file"),
    Object.assign(new Deno.errors.AddrInUse("taken"), { code: "EADDRINUSE" }),
    Object.assign(new Error("fields"), {
      code: 7,
      data: { list: [1] },
      name: "N",
    }),
  ];
  for (const error of errors) {
    const arrived = sent(error);
    assertEquals(difference(error, arrived), undefined);
    assert(Error.isError(arrived));
    assertEquals(Object.keys(arrived), Object.keys(error));
  }
  const { error, suppressed } = sent(errors[8] as SuppressedError);
  assertEquals([error.message, suppressed.message], ["new", "old"]);
});

Deno.test("an error caught from the platform arrives whole", () => {
  const error = assertThrows(() => JSON.parse("{")) as Error;
  assertEquals(difference(error, sent(error)), undefined);
});

class HttpError extends TypeError {
  status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

class NamedError extends HttpError {
  override name = "Named";
}

Deno.test("an error of a class of the program keeps the name and fields of its class", () => {
  const error = new HttpError(404);
  const arrived = sent(error);
  assertStrictEquals(Object.getPrototypeOf(arrived), TypeError.prototype);
  assertEquals([arrived.name, arrived.status], ["HttpError", 404]);
  assertEquals(arrived.stack, error.stack);
  assertEquals(Object.keys(arrived), ["status"]);
  assertEquals(sent(new NamedError(500)).name, "Named");
  // What arrived may be sent on.
  assertEquals(difference(arrived, sent(arrived)), undefined);
});

Deno.test("an error made in the style of old keeps its name", () => {
  function OldError(this: Error) {}
  OldError.prototype = Object.create(RangeError.prototype, {
    constructor: { value: OldError },
  });
  const error = Reflect.construct(OldError, []);
  const arrived = sent(error);
  assertInstanceOf(arrived, RangeError);
  assertEquals(arrived.name, "OldError");
  assertEquals(arrived.stack, undefined);
});

Deno.test("an error with computed fields arrives with what they gave", () => {
  class Computed extends Error {
    override get message() {
      return "computed";
    }
    override get cause() {
      return 5;
    }
    override get name() {
      return "Own name";
    }
  }
  const { message, cause, name } = sent(new Computed());
  assertEquals([message, cause, name], ["computed", 5, "Own name"]);
});

Deno.test("a subclass of DOMException arrives as a DOMException of its name", () => {
  class Limit extends DOMException {}
  assertEquals(sent(new Limit("m")).name, "Limit");
  assertEquals(sent(new Limit("m", "Mine")).name, "Mine");
  assertInstanceOf(sent(new Limit("m")), DOMException);
});

Deno.test("the errors of the channels arrive as instances of their classes", () => {
  for (
    const error of [
      new NotSendableError("$.a", "a function", "Send data"),
      new QueueClosedError("closed", { id: 1 }),
      new PipeClosedError("closed", "peer"),
      new BrokenPipeError("broken", [1]),
    ]
  ) {
    const arrived = sent(error);
    assertEquals(difference(error, arrived), undefined);
    assertInstanceOf(arrived, error.constructor as typeof Error);
  }
});

Deno.test("an error of a registered class arrives on the prototype of the class", () => {
  class QuotaError extends RangeError {
    static made = 0;
    left = 3;
    constructor() {
      super("no quota");
      QuotaError.made++;
    }
    get used() {
      return 10 - this.left;
    }
  }
  registerErrorClass(QuotaError);
  registerErrorClass(QuotaError);
  const arrived = sent(new QuotaError());
  assertInstanceOf(arrived, QuotaError);
  assertEquals([arrived.left, arrived.used], [3, 7]);
  assertEquals(QuotaError.made, 1);
});

Deno.test("an error of a class that is registered only where it comes from keeps its name", () => {
  // TypeError, "Nope", no name of its own, no stack, no fields.
  const hex = "1d" + "49547970654572726f72" + "444e6f7065" + "40" + "01" +
    "0000";
  const arrived = decoded(Uint8Array.fromHex(hex)) as Error;
  assertInstanceOf(arrived, TypeError);
  assertEquals(arrived.name, "Nope");
});

Deno.test("registerErrorClass() refuses what cannot be told by its name", () => {
  assertThrows(() => registerErrorClass(class extends Error {}), TypeError);
  assertThrows(() => registerErrorClass(Map as never), TypeError);
  const Other = class NotSendableError extends Error {};
  assertThrows(() => registerErrorClass(Other), TypeError);
});
