/**
 * Questions about objects that are to be sent.
 *
 * @module
 */

/** Whether someone has added to what every object inherits. */
export function hasInheritedKeys(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

/** Undefined for a revoked proxy, the one thing that cannot be asked. */
export function isArray(object: object): boolean | undefined {
  try {
    return Array.isArray(object);
  } catch {
    return undefined;
  }
}
