/**
 * Fields of objects that are being built.
 *
 * @module
 */

/** Adds a field, whatever the object inherits under that name. */
export function define(
  target: object,
  name: string,
  value: unknown,
  enumerable: boolean,
): void {
  Object.defineProperty(target, name, {
    value,
    enumerable,
    writable: true,
    configurable: true,
  });
}
