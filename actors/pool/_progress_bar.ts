/**
 * A line on the terminal that says how far a map has come.
 *
 * ```text
 *  37% ██████▎          │ 37/100  12.3/s  6 s left
 * ```
 *
 * @module
 */

import { ownThread, ROOT } from "../../channels/threads.ts";
import type { Progress } from "./progress.ts";

/** What a bar may look like. */
export interface BarStyle {
  /** How many columns there are. The last one is left free. */
  readonly width: number;
  /** Whether it may be coloured. */
  readonly colour: boolean;
}

/** Where a bar is drawn. */
export interface BarOutput extends BarStyle {
  /** Whether somebody may be watching; nothing is written to what is none. */
  readonly isTerminal: boolean;
  /** Writes at once. */
  write(text: string): void;
}

/** A longer bar tells no more. */
const LONGEST_BAR = 40;
/** A shorter one tells nothing. */
const SHORTEST_BAR = 6;
/** Room for the longest rate and the longest time, so that the bar keeps its length. */
const RATE_ROOM = "59.9/min".length;
const TIME_ROOM = "59 min 59 s left".length;

const EIGHTHS = " ▏▎▍▌▋▊▉";
const CYAN = "\x1b[36m";
const DEFAULT_COLOUR = "\x1b[39m";

/** Takes away what an older, longer line has left to the right. */
const CLEAR_TO_END = "\x1b[K";

/** How many ms of work lie between two drawings. */
const REDRAW_AFTER = 100;

/** A narrower terminal than this is one that does not know its width. */
const USUAL_WIDTH = 80;

interface Part {
  readonly text: string;
  /** How many columns it is given when the parts are chosen. */
  readonly room: number;
}

/**
 * The line, without its end. Always shorter than the width, so that it never
 * wraps: some terminals do that once the last column is filled. What a narrow
 * terminal has no room for is left out: first the rate, then the time, the bar,
 * and the count.
 */
export function renderBar(progress: Progress, style: BarStyle): string {
  const { done, total } = progress;
  const room = style.width - 1;
  const rate = part(rateText(rateOf(progress)), RATE_ROOM);
  const time = part(timeText(progress), TIME_ROOM);
  if (total === undefined) {
    const count = part(`${done}/?`);
    return [[count, rate, time], [count, rate], [count]]
      .find((parts) => columnsOf(parts) - GAP.length <= room)
      ?.filter(({ text }) => text !== "").map(({ text }) => text)
      .join(GAP) ?? "";
  }
  // Floored: nothing looks finished that is not.
  const share = done < total ? Math.floor(100 * done / total) : 100;
  const percent = `${share}%`.padStart(4);
  const count = part(`${`${done}`.padStart(`${total}`.length)}/${total}`);
  for (const parts of [[count, rate, time], [count, time], [count]]) {
    const cells = room - percent.length - 1 - columnsOf(parts);
    if (cells < SHORTEST_BAR) continue;
    const bar = barText(progress, Math.min(cells, LONGEST_BAR), style.colour);
    const rest = parts.filter(({ text }) => text !== "");
    return `${percent} ${bar}│ ${rest.map(({ text }) => text).join(GAP)}`;
  }
  if (percent.length + columnsOf([count]) <= room) {
    return percent + GAP + count.text;
  }
  return percent.length <= room ? percent : "";
}

/** Between two parts; as long as the end of the bar, `"│ "`. */
const GAP = "  ";

function part(text: string, room = 0): Part {
  return { text, room: Math.max(text.length, room) };
}

/** The columns of the parts with a gap before each. */
function columnsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { room }) => sum + GAP.length + room, 0);
}

function barText(
  { done, total = 0 }: Progress,
  cells: number,
  colour: boolean,
): string {
  const eighths = done < total
    ? Math.floor(8 * cells * done / total)
    : 8 * cells;
  const full = "█".repeat(eighths >> 3);
  const filled = full + (eighths & 7 ? EIGHTHS[eighths & 7] : "");
  const empty = " ".repeat(cells - filled.length);
  return colour ? CYAN + filled + DEFAULT_COLOUR + empty : filled + empty;
}

function isOver({ done, total }: Progress): boolean {
  return total !== undefined && done >= total;
}

/** At the end that of the whole, which is what one then wants to know. */
function rateOf(progress: Progress): number {
  const { done, elapsed, rate } = progress;
  return isOver(progress) && elapsed > 0 ? done * 1000 / elapsed : rate;
}

function rateText(rate: number): string {
  if (!(rate > 0)) return "";
  if (rate >= 1) return `${shortNumber(rate)}/s`;
  if (rate * 60 >= 1) return `${shortNumber(rate * 60)}/min`;
  return `${shortNumber(rate * 3600)}/h`;
}

/** With three digits, or four. */
function shortNumber(number: number): string {
  let unit = "";
  for (const larger of ["k", "M", "G"]) {
    if (number < 9999.5) break;
    number /= 1000;
    unit = larger;
  }
  const decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return number.toFixed(decimals) + unit;
}

function timeText(progress: Progress): string {
  const { elapsed, left, total } = progress;
  if (total === undefined) return `for ${duration(Math.floor(elapsed / 1000))}`;
  if (isOver(progress)) {
    if (elapsed < 999.5) return `in ${elapsed.toFixed(0)} ms`;
    return elapsed < 9950
      ? `in ${(elapsed / 1000).toFixed(1)} s`
      : `in ${duration(Math.round(elapsed / 1000))}`;
  }
  // Ceiled: as long as something is left, so is some time.
  return left === undefined ? "" : `${duration(Math.ceil(left / 1000))} left`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return `${seconds} s`;
  if (hours < 1) return `${minutes} min ${seconds % 60} s`;
  if (days < 1) return `${hours} h ${minutes % 60} min`;
  if (days < 100) return `${days} d ${hours % 24} h`;
  return days < 10_000 ? `${days} d` : "> 9999 d";
}

/** The standard error of the program. */
export const stderr: BarOutput = {
  get isTerminal() {
    // That two bars are not drawn at once is known in one thread only. And the
    // terminal is the program's: an actor does not know what else goes on there.
    if (ownThread() !== ROOT) return false;
    try {
      return Deno.stderr.isTerminal();
    } catch {
      return false; // closed
    }
  },
  get width() {
    try {
      // A terminal that was never told its size says 0.
      return Deno.consoleSize().columns || USUAL_WIDTH;
    } catch {
      return USUAL_WIDTH;
    }
  },
  get colour() {
    return !Deno.noColor;
  },
  write(text) {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
};

/** The bar that has the line of an output, until it has ended. */
const drawing = new WeakMap<BarOutput, ProgressBar>();

/** After these the program says something, or nothing any more. */
const INTERRUPTIONS = ["error", "unhandledrejection", "unload"];

/**
 * A bar on a line of its own.
 *
 * There is one at a time: another one that is told meanwhile keeps silent until
 * the first has ended, and appears with what it is told next. The cursor stays
 * visible and at the end of the line, so that there is nothing to restore but
 * the line itself; that is ended also when an error or the end of the program
 * comes between.
 */
export class ProgressBar {
  readonly #output: BarOutput;
  readonly #isSeen: boolean;
  #latest: Progress | undefined;
  /** Whether `#latest` has not been drawn. */
  #isDue = false;
  /** The time of work at which it was drawn. */
  #drawnAt = -Infinity;
  /** Whether the cursor is at the end of a bar. */
  #isLineOpen = false;
  #hasEnded = false;

  /** Writes nothing yet. */
  constructor(output: BarOutput = stderr) {
    this.#output = output;
    this.#isSeen = output.isTerminal;
  }

  /** Draws it, unless that was just done. */
  draw(progress: Progress): void {
    if (!this.#isSeen || this.#hasEnded) return;
    this.#latest = progress;
    this.#isDue = true;
    if (progress.elapsed - this.#drawnAt >= REDRAW_AFTER) this.#redraw();
  }

  /** Draws it as it is at last, and ends the line: now something else may come. */
  end(): void {
    if (this.#hasEnded) return;
    if (this.#isDue) this.#redraw();
    this.#hasEnded = true;
    if (drawing.get(this.#output) !== this) return;
    this.#endLine();
    drawing.delete(this.#output);
    for (const type of INTERRUPTIONS) {
      globalThis.removeEventListener(type, this);
    }
  }

  /** Something interrupts the program: it may have to say so. */
  handleEvent(): void {
    this.#endLine();
  }

  #redraw(): void {
    if (!this.#hasLine()) return;
    const progress = this.#latest!;
    this.#drawnAt = progress.elapsed;
    this.#isDue = false;
    this.#isLineOpen = true;
    this.#write(`\r${renderBar(progress, this.#output)}${CLEAR_TO_END}`);
  }

  /** Takes the line if nobody has it; tells whether it is this bar's. */
  #hasLine(): boolean {
    const owner = drawing.get(this.#output);
    if (owner !== undefined) return owner === this;
    drawing.set(this.#output, this);
    for (const type of INTERRUPTIONS) globalThis.addEventListener(type, this);
    return true;
  }

  #endLine(): void {
    if (!this.#isLineOpen) return;
    this.#isLineOpen = false;
    this.#write("\n");
  }

  #write(text: string): void {
    try {
      this.#output.write(text);
    } catch {
      // A bar that cannot be drawn is no reason for the work to fail.
    }
  }
}
