/**
 * Strings made from few bytes.
 *
 * @module
 */

/** Texts up to this length are looked up before they are made. */
const LONGEST_KNOWN = 24;

/** Must be a power of two. */
const PLACES = 1024;

const known: string[] = Array(PLACES).fill("");

/** The bytes of the known texts, a row for each place: faster than the texts. */
const rows = new Uint8Array(PLACES * LONGEST_KNOWN);

/**
 * The string whose latin1 units are the bytes from `start` on.
 *
 * Keys, and many of the short texts among values, come again and again. Comparing
 * with a string made earlier is faster than making one, and as keys such strings
 * are known to the engine already.
 */
export function shortText(
  bytes: Uint8Array,
  start: number,
  length: number,
): string {
  if (length === 0) return "";
  if (length > LONGEST_KNOWN) return makeText(bytes, start, length);
  const place =
    (length + bytes[start]! * 5 + bytes[start + (length >> 1)]! * 37 +
      bytes[start + length - 1]! * 163) & (PLACES - 1);
  const row = place * LONGEST_KNOWN;
  const candidate = known[place]!;
  if (candidate.length === length) {
    let i = 0;
    while (i < length && rows[row + i] === bytes[start + i]) i++;
    if (i === length) return candidate;
  }
  // Made first: if the stack ends here, the row must not change alone.
  const text = makeText(bytes, start, length);
  for (let i = 0; i < length; i++) rows[row + i] = bytes[start + i]!;
  return known[place] = text;
}

/** A call of `fromCharCode` for each unit would make and join as many strings. */
function makeText(b: Uint8Array, start: number, length: number): string {
  let text = "";
  let i = start;
  for (let rest = length; rest >= 8; rest -= 8, i += 8) {
    text += String.fromCharCode(
      b[i]!,
      b[i + 1]!,
      b[i + 2]!,
      b[i + 3]!,
      b[i + 4]!,
      b[i + 5]!,
      b[i + 6]!,
      b[i + 7]!,
    );
  }
  return text + fewUnits(b, i, length & 7);
}

function fewUnits(b: Uint8Array, i: number, length: number): string {
  const make = String.fromCharCode;
  switch (length) {
    case 0:
      return "";
    case 1:
      return make(b[i]!);
    case 2:
      return make(b[i]!, b[i + 1]!);
    case 3:
      return make(b[i]!, b[i + 1]!, b[i + 2]!);
    case 4:
      return make(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!);
    default:
      return make(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!) +
        fewUnits(b, i + 4, length - 4);
  }
}
