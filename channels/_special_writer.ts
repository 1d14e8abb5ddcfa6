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
  BULK,
  BULK_BYTES,
  BULK_PART,
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
  if (writer.transfer !== undefined && isTransferred(writer.transfer, object)) {
    return writeTransferred(writer, object);
  }
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

/**
 * The platform's classes whose instances can be given away. Asked one by one, and
 * late: Deno loads its streams when they are first named, which takes 2 ms.
 */
function isTransferable(prototype: object): boolean {
  return prototype === ArrayBuffer.prototype ||
    prototype === MessagePort.prototype ||
    prototype === ReadableStream.prototype ||
    prototype === WritableStream.prototype ||
    prototype === TransformStream.prototype;
}

/** Of a view it is the buffer that is given away, and the view goes with it. */
function isTransferred(transfer: ReadonlySet<object>, object: object): boolean {
  if (ArrayBuffer.isView(object)) return transfer.has(object.buffer);
  return transfer.has(object) &&
    isTransferable(Object.getPrototypeOf(object));
}

function writeTransferred(writer: Writer, object: object): void {
  if (ArrayBuffer.isView(object)) {
    if (isBroken(writer, object)) return;
  } else if (Object.getPrototypeOf(object) === ArrayBuffer.prototype) {
    const detached = genuine(writer, object, isDetached);
    if (detached === undefined) return;
    if (detached) return writer.refuse(object, refuseDetached(object));
  }
  writeBeside(writer, object);
}

/** Refuses a view that shows nothing any more. */
function isBroken(writer: Writer, view: ArrayBufferView): boolean {
  const { buffer } = view;
  if (buffer instanceof SharedArrayBuffer) return false;
  if (buffer.detached) writer.refuse(view, refuseDetached(view));
  else if (buffer.resizable && isOutOfBounds(view)) {
    writer.refuse(view, refuseOutOfBounds(view));
  } else return false;
  return true;
}

function writeBeside(writer: Writer, object: object): void {
  if (writer.beside === undefined) {
    return writer.refuse(object, refuseBeside(object));
  }
  writer.begin(object, BESIDE);
  writer.count(writer.setBeside(object));
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
  const { byteLength } = buffer;
  if (buffer.resizable) {
    writer.begin(buffer, RESIZABLE);
    writer.count(buffer.maxByteLength);
  } else if (travelsApart(writer, byteLength)) {
    writer.begin(buffer, BULK);
    writer.count(writer.setApart(new Uint8Array(buffer)));
    return writer.count(byteLength);
  } else writer.begin(buffer, BUFFER);
  writer.count(byteLength);
  writer.raw(new Uint8Array(buffer));
}

function travelsApart(writer: Writer, byteLength: number): boolean {
  return writer.bulk !== undefined && byteLength >= BULK_BYTES;
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
  if (isBroken(writer, object)) return;
  const { byteLength } = object;
  const kind = viewKinds.get(Object.getPrototypeOf(object))!;
  if (byteLength === buffer.byteLength) {
    writer.begin(object, VIEW);
    writer.count(kind);
    if (!writer.again(buffer)) writeBuffer(writer, buffer);
  } else {
    writePart(writer, object, kind, buffer);
  }
}

function writePart(
  writer: Writer,
  view: ArrayBufferView,
  kind: number,
  buffer: ArrayBuffer,
): void {
  const { byteOffset, byteLength } = view;
  const part = new Uint8Array(buffer, byteOffset, byteLength);
  // The memory of a resizable buffer may change its length meanwhile.
  if (!buffer.resizable && travelsApart(writer, byteLength)) {
    writer.begin(view, BULK_PART);
    writer.count(kind);
    writer.count(writer.setApart(part));
    writer.count(byteLength);
  } else {
    writer.begin(view, PART);
    writer.count(kind);
    writer.count(byteLength);
    writer.raw(part);
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
