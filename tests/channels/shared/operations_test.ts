// Every operation on one number, for every element type and for everything that
// a number lies in, compared with plain arithmetic.
import { assertEquals, assertThrows } from "@std/assert";
import { SharedArray } from "../../../mod.ts";
import {
  as,
  type Cell,
  HOMES,
  type Kind,
  KINDS,
  type Num,
  plainArray,
} from "./numbers.ts";

const WHOLE = KINDS.filter(({ hasFraction }) => !hasFraction);
const FLOATS = KINDS.filter(({ hasFraction }) => hasFraction);

/** Declares a test for each home, which goes through all the types. */
function forEach(
  kinds: readonly Kind[],
  name: string,
  check: (kind: Kind, cell: Cell, label: string) => void,
): void {
  for (const [home, make] of Object.entries(HOMES)) {
    Deno.test(`${home}: ${name}`, () => {
      for (const kind of kinds) {
        const [label, cell] = make(kind.name);
        check(kind, cell, label);
      }
    });
  }
}

/** What the language makes of a number that is put into a typed array. */
function rounded({ name }: Kind, value: Num): Num {
  const plain = plainArray(name, 1);
  plain[0] = value;
  return plain[0];
}

/** Whether the type can hold the exact result. */
function isInRange({ min, max }: Kind, result: bigint): boolean {
  return result >= BigInt(min) && result <= BigInt(max);
}

/** Operands for sums: what a type holds, and what no unsigned type holds. */
function operandsOf(kind: Kind): Num[] {
  return [...kind.holds, as(kind, -1), as(kind, -100)];
}

forEach(
  KINDS,
  "every type begins with 0 and holds its numbers",
  (kind, cell) => {
    assertEquals(cell.value, as(kind, 0), kind.name);
    for (const value of kind.holds) {
      cell.value = value;
      assertEquals(cell.value, value, `${kind.name} ${value}`);
    }
  },
);

forEach(
  WHOLE,
  "add() and sub() of whole numbers are exact or refused",
  (kind, cell) => {
    for (const old of kind.holds) {
      for (const operand of operandsOf(kind)) {
        for (const name of ["add", "sub"] as const) {
          const text = `${kind.name} ${old} ${name} ${operand}`;
          const result = name === "add"
            ? BigInt(old) + BigInt(operand)
            : BigInt(old) - BigInt(operand);
          cell.value = old;
          if (isInRange(kind, result)) {
            assertEquals(cell[name](operand), old, text);
            assertEquals(BigInt(cell.value), result, text);
          } else {
            assertThrows(
              () => cell[name](operand),
              RangeError,
              "is out of range",
            );
            assertEquals(cell.value, old, text);
          }
        }
      }
    }
  },
);

forEach(
  FLOATS,
  "add() and sub() of fractions round as the language does",
  (kind, cell) => {
    for (const old of kind.holds as number[]) {
      for (const operand of [...operandsOf(kind), 0.1, 1e-9] as number[]) {
        for (const name of ["add", "sub"] as const) {
          const text = `${kind.name} ${old} ${name} ${operand}`;
          const exact = name === "add" ? old + operand : old - operand;
          const result = rounded(kind, exact) as number;
          cell.value = old;
          const overflows = !Number.isFinite(result) && Number.isFinite(old) &&
            Number.isFinite(operand);
          if (overflows) {
            assertThrows(
              () => cell[name](operand),
              RangeError,
              "is out of range",
            );
            assertEquals(cell.value, old, text);
          } else {
            assertEquals(cell[name](operand), old, text);
            assertEquals(cell.value, result, text);
          }
        }
      }
    }
  },
);

forEach(WHOLE, "and(), or() and xor() change bits", (kind, cell) => {
  const plain = plainArray(kind.name, 1);
  for (const old of kind.holds) {
    for (const mask of kind.holds) {
      // The compiler cannot tell that these are of one type; the language can.
      const [a, b] = [old as number, mask as number];
      for (
        const [name, result] of [
          ["and", a & b],
          ["or", a | b],
          ["xor", a ^ b],
        ] as const
      ) {
        const text = `${kind.name} ${old} ${name} ${mask}`;
        plain[0] = result;
        cell.value = old;
        assertEquals(cell[name](mask), old, text);
        assertEquals(cell.value, plain[0], text);
      }
    }
  }
});

forEach(
  FLOATS,
  "and(), or() and xor() refuse types with a fraction",
  (kind, cell, label) => {
    cell.value = 1.5;
    for (const name of ["and", "or", "xor"] as const) {
      assertThrows(
        () => cell[name](1),
        TypeError,
        `Cannot apply ${name}() to ${label}: ${kind.name} has fractions, only ` +
          "types of whole numbers have bits to be masked",
      );
    }
    assertEquals(cell.value, 1.5);
  },
);

forEach(
  KINDS,
  "exchange() and compareExchange() give the number before",
  (kind, cell) => {
    for (const old of kind.holds) {
      for (const other of kind.holds) {
        const text = `${kind.name} ${old} ${other}`;
        cell.value = old;
        assertEquals(cell.exchange(other), old, text);
        assertEquals(cell.value, other, text);

        cell.value = old;
        assertEquals(cell.compareExchange(other, as(kind, 7)), old, text);
        assertEquals(
          cell.value,
          Object.is(old, other) ? as(kind, 7) : old,
          text,
        );
      }
    }
  },
);

forEach(
  FLOATS,
  "compareExchange() rounds the number it expects",
  (kind, cell) => {
    cell.value = 0.1;
    const old = cell.value;
    assertEquals(cell.compareExchange(0.1, 0.2), old);
    assertEquals(cell.value, rounded(kind, 0.2));
  },
);

forEach(
  KINDS,
  "what the type cannot hold is refused and changes nothing",
  (kind, cell) => {
    const old = as(kind, 5);
    cell.value = old;
    for (const value of kind.tooMuch) {
      const calls: (() => void)[] = [
        () => cell.value = value,
        () => cell.exchange(value),
        () => cell.compareExchange(old, value),
        () => cell.compareExchange(value, old),
      ];
      if (!kind.hasFraction) calls.push(() => cell.or(value));
      for (const call of calls) {
        assertThrows(call, RangeError, `${kind.name}`);
        assertEquals(cell.value, old, `${kind.name} ${value} ${call}`);
      }
    }
  },
);

forEach(
  KINDS,
  "what is no number of the type is refused and changes nothing",
  (kind, cell, label) => {
    const old = as(kind, 5);
    cell.value = old;
    const wanted = typeof kind.min;
    const wrong: [value: unknown, text: string][] = [
      wanted === "bigint" ? [1, "number"] : [1n, "bigint"],
      ["1", "string"],
      [null, "null"],
      [undefined, "undefined"],
      [true, "boolean"],
      [{}, "object"],
      [[1], "object"],
    ];
    for (const [given, text] of wrong) {
      const value = given as Num;
      const calls: [action: string, call: () => void][] = [
        ["set", () => cell.value = value],
        ["add to", () => cell.add(value)],
        ["subtract from", () => cell.sub(value)],
        ["exchange", () => cell.exchange(value)],
        ["exchange", () => cell.compareExchange(old, value)],
        ["compare", () => cell.compareExchange(value, old)],
      ];
      if (!kind.hasFraction) {
        calls.push([
          "apply or() to",
          () => cell.or(value),
        ]);
      }
      for (const [action, call] of calls) {
        assertThrows(
          call,
          TypeError,
          `Cannot ${action} ${label}: ${kind.name} takes a ${wanted}, got ${text}`,
        );
        assertEquals(cell.value, old);
      }
    }
  },
);

Deno.test("a number with a fraction may be rounded to the greatest one", () => {
  for (const kind of FLOATS) {
    const [, cell] = HOMES.Value!(kind.name);
    const max = kind.max as number;
    const justAbove = max * (1 + 2 ** -30);
    if (!Number.isFinite(justAbove)) continue;
    cell.value = justAbove;
    assertEquals(cell.value, max, kind.name);
  }
});

Deno.test("add() and compareExchange() get on with every NaN", () => {
  const array = new SharedArray("float64", 1);
  const bits = new BigInt64Array(array.view.buffer, 0, 1);
  for (const nan of [0x7ff8_dead_beef_0001n, -1n, -2n]) {
    bits[0] = nan;
    assertEquals(array.add(0, 1), NaN);
    bits[0] = nan;
    assertEquals(array.compareExchange(0, 1, 2), NaN);
    assertEquals(array.compareExchange(0, NaN, 2), NaN);
    assertEquals(array.get(0), 2);
  }
});
