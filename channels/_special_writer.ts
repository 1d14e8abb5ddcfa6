/**
 * How the objects are written that are more than a list of fields.
 *
 * An object counts as of a class if it inherits from exactly that class's
 * prototype. An instance of a subclass would arrive without what the subclass
 * adds, so it is refused; only errors keep something of an unknown class.
 *
 * @module
 */

import { partsOf } from "./_error_writer.ts";
import {
  BESIDE,
  BOXED,
  BUFFER,
  DATE,
  ERROR,
  MAP,
  PART,
  REGEXP,
  RESIZABLE,
  SET,
  UNDEFINED,
  VIEW,
  VIEWS,
} from "./_format.ts";
import {
  LOOK_ALIKE,
  refuseBeside,
  refuseDetached,
  refuseObject,
  refuseOutOfBounds,
} from "./_refusal.ts";
import type { Writer, WriteSpecial } from "./_writer.ts";
import { isHandle } from "./handle.ts";

const viewKinds = new Map<object, number>(
  VIEWS.map((view, kind) => [view.prototype, kind]),
);

/** How to write an instance of a class, by the prototype of the class. */
const byPrototype = new Map<object, WriteSpecial>([
  [Date.prototype, writeDate],
  [RegExp.prototype, writeRegExp],
  [Map.prototype, writeMap],
  [Set.prototype, writeSet],
  [ArrayBuffer.prototype, writeBuffer],
  [Number.prototype, boxed(Number.prototype.valueOf)],
  [String.prototype, boxed(String.prototype.valueOf)],
  [Boolean.prototype, boxed(Boolean.prototype.valueOf)],
  [BigInt.prototype, boxed(BigInt.prototype.valueOf)],
  ...VIEWS.map((view): [object, WriteSpecial] => [view.prototype, writeView]),
]);

/** Writes an object that is neither plain nor an array, or refuses it. */
export const writeSpecial: WriteSpecial = (writer, object) => {
  if (isHandle(object)) return writeBeside(writer, object);
  const prototype = Object.getPrototypeOf(object);
  const write = byPrototype.get(prototype);
  if (write !== undefined) write(writer, object);
  else if (isError(object)) writeError(writer, object);
  else if (travelsBeside(prototype)) writeBeside(writer, object);
  else writer.refuse(object, refuseObject(object));
};

/** An error made by a constructor function of old counts, too. */
function isError(object: object): object is Error {
  return object instanceof Error || Error.isError(object);
}

/** The platform's classes that its clone carries and bytes cannot. */
function travelsBeside(prototype: object): boolean {
  return prototype === SharedArrayBuffer.prototype ||
    prototype === Blob.prototype || prototype === File.prototype ||
    prototype === CryptoKey.prototype ||
    prototype === WebAssembly.Module.prototype;
}

function writeBeside(writer: Writer, object: object): void {
  const { beside } = writer;
  if (beside === undefined) return writer.refuse(object, refuseBeside(object));
  writer.begin(object, BESIDE);
  writer.count(beside.length);
  beside.push(object);
}

/**
 * What `method` gives for an object of its class; undefined for one that merely
 * inherits from it, which is refused.
 */
function genuine<T>(
  writer: Writer,
  object: object,
  method: (this: never) => T,
): T | undefined {
  try {
    return method.call(object as never);
  } catch {
    writer.refuse(object, LOOK_ALIKE);
    return undefined;
  }
}

const getTime = Date.prototype.getTime;

function writeDate(writer: Writer, date: object): void {
  const time = genuine(writer, date, getTime);
  if (time === undefined) return;
  writer.begin(date, DATE);
  writer.float64(time);
}

const sourceOf = getter<string>(RegExp.prototype, "source");
const flagsOf = getter<string>(RegExp.prototype, "flags");

function writeRegExp(writer: Writer, regExp: object): void {
  const source = genuine(writer, regExp, sourceOf);
  if (source === undefined) return;
  const flags = flagsOf.call(regExp as never);
  writer.begin(regExp, REGEXP);
  writer.text(source);
  writer.text(flags);
}

function boxed(valueOf: (this: never) => unknown): WriteSpecial {
  return function writeBoxed(writer, object) {
    const value = genuine(writer, object, valueOf);
    if (value === undefined) return;
    writer.begin(object, BOXED);
    writer.value(value);
  };
}

const sizeOfMap = getter<number>(Map.prototype, "size");
const eachEntry = Map.prototype.forEach;

function writeMap(writer: Writer, map: object): void {
  const size = genuine(writer, map, sizeOfMap);
  if (size === undefined) return;
  const values: unknown[] = [];
  eachEntry.call(map as Map<unknown, unknown>, (value, key) => {
    values.push(key, value);
  });
  writer.begin(map, MAP);
  writer.count(size);
  writer.children("map", values);
}

const sizeOfSet = getter<number>(Set.prototype, "size");
const eachItem = Set.prototype.forEach;

function writeSet(writer: Writer, set: object): void {
  const size = genuine(writer, set, sizeOfSet);
  if (size === undefined) return;
  const values: unknown[] = [];
  eachItem.call(set as Set<unknown>, (value) => void values.push(value));
  writer.begin(set, SET);
  writer.count(size);
  writer.children("set", values);
}

const isDetached = getter<boolean>(ArrayBuffer.prototype, "detached");

function writeBuffer(writer: Writer, object: object): void {
  const detached = genuine(writer, object, isDetached);
  if (detached === undefined) return;
  if (detached) return writer.refuse(object, refuseDetached(object));
  const buffer = object as ArrayBuffer;
  writer.begin(buffer, buffer.resizable ? RESIZABLE : BUFFER);
  if (buffer.resizable) writer.count(buffer.maxByteLength);
  writer.count(buffer.byteLength);
  writer.raw(new Uint8Array(buffer));
}

/**
 * A view of a whole buffer is sent as what it is, so that two of them, or a view
 * and the buffer, still show the same memory on the other side. Of a part only
 * the part is sent: the rest was perhaps not meant for others, and may be large.
 */
function writeView(writer: Writer, object: object): void {
  if (!ArrayBuffer.isView(object)) {
    return writer.refuse(object, LOOK_ALIKE);
  }
  const { buffer } = object;
  if (buffer instanceof SharedArrayBuffer) return writeBeside(writer, object);
  if (buffer.detached) return writer.refuse(object, refuseDetached(object));
  if (buffer.resizable && isOutOfBounds(object)) {
    return writer.refuse(object, refuseOutOfBounds(object));
  }
  const { byteOffset, byteLength } = object;
  const kind = viewKinds.get(Object.getPrototypeOf(object))!;
  if (byteLength === buffer.byteLength) {
    writer.begin(object, VIEW);
    writer.count(kind);
    if (!writer.again(buffer)) writeBuffer(writer, buffer);
  } else {
    writer.begin(object, PART);
    writer.count(kind);
    writer.count(byteLength);
    writer.raw(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** Whether the buffer of a view was made shorter than the view reaches. */
function isOutOfBounds(view: ArrayBufferView): boolean {
  try {
    if (view instanceof DataView) return view.byteLength < 0;
    // A view out of bounds just looks empty; its methods tell.
    return (view as Uint8Array).keys() === undefined;
  } catch {
    return true;
  }
}

function writeError(writer: Writer, error: Error): void {
  const parts = partsOf(error, (object, name) => writer.read(object, name));
  writer.begin(error, ERROR);
  for (const text of parts.texts) writer.text(text);
  if (parts.stack === undefined) writer.byte(UNDEFINED);
  else writer.text(parts.stack);
  for (const text of parts.exception ?? []) writer.text(text);
  writer.count(parts.hidden);
  writer.count(parts.names.length - parts.hidden);
  writer.children("error", parts.values, parts.names);
}

/** The function behind a property, which an own property cannot hide. */
function getter<T>(prototype: object, name: string): (this: never) => T {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get!;
}
