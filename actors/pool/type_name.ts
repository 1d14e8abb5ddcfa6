/**
 * How texts name the type of a value.
 *
 * @module
 */

/** The name of a value's type, or of its class: `number`, `null`, `Map`, `TypeError`. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Error) return value.name;
  if (typeof value !== "object") return typeof value;
  return Object.getPrototypeOf(value)?.constructor?.name ?? "object";
}
