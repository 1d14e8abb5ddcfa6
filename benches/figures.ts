/**
 * Figures: their middle, and how people read them.
 *
 * @module
 */

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A figure with three digits: `1.23 M`, `45.6 K`, `0.78`. */
export function short(figure: number): string {
  if (figure >= 999_500) return `${digits(figure / 1e6)} M`;
  if (figure >= 999.5) return `${digits(figure / 1e3)} K`;
  return digits(figure);
}

function digits(figure: number): string {
  const decimals = figure >= 99.95 ? 0 : figure >= 9.995 ? 1 : 2;
  return figure.toFixed(decimals);
}

/** Below this ratio, and above its inverse, nobody is faster. */
export const TIE = 1.5;

/** A ratio: `12.3 ×`, with a `~` before it if it is a tie. */
export function shortRatio(ratio: number): string {
  const isTie = ratio < TIE && ratio > 1 / TIE;
  return `${isTie ? "~" : ""}${digits(ratio)} ×`;
}
