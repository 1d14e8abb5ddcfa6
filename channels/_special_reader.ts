/**
 * How the objects are read that are more than a list of fields; the mirror image
 * of `_special_writer.ts`.
 *
 * @module
 */

import { platformClass, registeredClass } from "./error_classes.ts";
import {
  BOXED,
  BUFFER,
  BULK,
  BULK_PART,
  DATE,
  ERROR,
  isObject,
  PART,
  REFERENCE,
  REGEXP,
  RESIZABLE,
  UNDEFINED,
  VIEW,
  type ViewConstructor,
  VIEWS,
} from "./_format.ts";
import { define } from "./_define.ts";
import type { Reader, ReadSpecial } from "./_reader.ts";

/** Makes the object that a tag announces. */
export const readSpecial: ReadSpecial = (reader, tag) => {
  switch (tag) {
    case DATE:
      return reader.begin(new Date(reader.float64()));
    case REGEXP:
      return readRegExp(reader);
    case BOXED:
      return readBoxed(reader);
    case BUFFER:
      return reader.begin(reader.raw(reader.count()).buffer);
    case RESIZABLE:
      return readResizable(reader);
    case BULK:
      return reader.begin(reader.apart());
    case BULK_PART:
      return readPartApart(reader);
    case VIEW:
      return readView(reader);
    case PART:
      return readPart(reader);
    case ERROR:
      return readError(reader);
    default:
      return reader.failBefore(`no value starts with ${tag}`);
  }
};

function readRegExp(reader: Reader): RegExp {
  const source = reader.text();
  const flags = reader.text();
  try {
    return reader.begin(new RegExp(source, flags));
  } catch (error) {
    return reader.fail("a regular expression is not valid", error);
  }
}

function readBoxed(reader: Reader): object {
  const number = reader.reserve();
  // Looked at first: boxes in boxes without end must not exhaust the call stack.
  const tag = reader.peek();
  const value = isObject(tag) ? undefined : reader.value();
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
    case "bigint":
      return reader.finish(Object(value), number);
    default:
      return reader.fail("an object holds no primitive");
  }
}

function readResizable(reader: Reader): ArrayBuffer {
  const maxByteLength = reader.addresses();
  const content = reader.raw(reader.count());
  try {
    const buffer = new ArrayBuffer(content.length, { maxByteLength });
    new Uint8Array(buffer).set(content);
    return reader.begin(buffer);
  } catch (error) {
    return reader.fail("a resizable buffer is too large", error);
  }
}

function readView(reader: Reader): object {
  const number = reader.reserve();
  const view = readKind(reader);
  const tag = reader.peek();
  const isBuffer = tag === BUFFER || tag === BULK || tag === RESIZABLE ||
    tag === REFERENCE;
  const buffer = isBuffer ? reader.value() : undefined;
  if (!(buffer instanceof ArrayBuffer)) {
    return reader.fail("a view has no buffer");
  }
  return reader.finish(makeView(reader, view, buffer), number);
}

function readPart(reader: Reader): object {
  const view = readKind(reader);
  const content = reader.raw(reader.count());
  return reader.begin(
    view === Uint8Array ? content : makeView(reader, view, content.buffer),
  );
}

function readPartApart(reader: Reader): object {
  const view = readKind(reader);
  return reader.begin(makeView(reader, view, reader.apart()));
}

function readKind(reader: Reader): ViewConstructor {
  return VIEWS[reader.count()] ?? reader.fail("there is no such kind of view");
}

function makeView(
  reader: Reader,
  view: ViewConstructor,
  buffer: ArrayBuffer,
): ArrayBufferView {
  try {
    return new view(buffer);
  } catch (error) {
    return reader.fail("a view does not fit its buffer", error);
  }
}

function readError(reader: Reader): object {
  const number = reader.reserve();
  const base = reader.text();
  const registered = reader.text();
  let called = reader.text();
  const stack = readStack(reader);
  const error = makeError(reader, base, registered);
  if (registered !== "" && registeredClass(registered) === undefined) {
    called = registered;
  }
  if (called !== "") define(error, "name", called, false);
  if (stack !== undefined) define(error, "stack", stack, false);
  // Otherwise it would tell where the message was read.
  else Reflect.deleteProperty(error, "stack");
  const hidden = reader.countWithin();
  const visible = reader.countWithin();
  reader.finish(error, number);
  return reader.fill(error, "error", hidden + visible, hidden);
}

function readStack(reader: Reader): string | undefined {
  if (reader.peek() !== UNDEFINED) return reader.text();
  reader.byte();
  return undefined;
}

/** Makes an error of a class without running the constructor of the class. */
function makeError(reader: Reader, base: string, registered: string): object {
  if (base === "DOMException") {
    // Its message and name cannot be added later.
    return new DOMException(reader.text(), reader.text());
  }
  const errorClass = registeredClass(registered) ?? platformClass(base);
  return errorClass === undefined
    ? reader.fail("an error is of an unknown class")
    : Reflect.construct(Error, [], errorClass);
}
