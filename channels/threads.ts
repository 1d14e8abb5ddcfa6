/**
 * The thread table: what every thread of the program knows of every other.
 *
 * One block of shared memory for the whole program, made by the root thread and
 * handed to each actor at its start. It answers, without a message and without
 * the other's help, the questions the channels ask: who am I, does that thread
 * still exist, may it still act, and how do I wake it.
 *
 * ```text
 *   word 0        RINGS         see `numbers.ts`, as for words 2 and 5
 *   word 1        SLOTS_USED    slots that were ever in use; bounds every scan
 *   word 2        PROCESSES     how many numbers were given to processes
 *   word 3        SAID          for the layer above: said once in the program
 *   word 4        MAIL          1: some thread has mail for the root
 *   word 5        PARCELS       the last number given to a parcel
 *   word 6        ENDS          counts threads that are over, and gone
 *   word 7        LAST_TURN     the last turn given to a wait for a lock
 *   word 16·(s+1) slot s, one cache line of 16 words:
 *                   +0 ID          the thread in this slot; 0: the slot is free
 *                   +1 GENERATION  how often the slot was given out
 *                   +2 PARK        counts wake-ups; a thread sleeps on this word
 *                   +3 LIFE        the same id while the thread may act, so that one
 *                                  look tells; else that it was fenced, has seen
 *                                  that and closes, or left
 *                   +4 PARENT      the id of the thread that started it
 *                   +5 SENT        1: it has sent mail to the root
 *   behind them   64 words a slot for what threads say of themselves
 *
 *   thread id = generation << 12 | slot     (never 0, never given out twice
 *                                            before 2^19 threads in one slot)
 * ```
 *
 * Each thread sleeps on a word of its own, whatever it waits for. The
 * alternative, sleeping on a word of the queue, loses wake-ups: a thread that
 * was terminated in its sleep still counts as a sleeper there and swallows the
 * `notify` meant for a living one.
 *
 * @module
 */

/** What a thread may still do. */
export const Life = {
  /** It runs and may use what it was given. */
  running: 0,
  /** It was terminated: nothing it does to a channel counts any more. */
  fenced: 1,
  /** It ended by itself and will touch no channel again. */
  left: 2,
  /** It is fenced, and nobody waits any longer for it to stop. */
  stuck: 3,
} as const;

const SLOT_BITS = 12;
/** How many threads the table has room for. */
export const SLOTS: number = 1 << SLOT_BITS;
const SLOT_MASK = SLOTS - 1;
const GENERATION_LIMIT = 1 << 19;
const WORDS = 16;
const NOTE_WORDS = 64;
const FIRST_NOTE = (SLOTS + 1) * WORDS;

const SLOTS_USED = 1;
const SAID = 3;
const ENDS = 6;

const ID = 0;
const GENERATION = 1;
const PARK = 2;
const LIFE = 3;
const PARENT = 4;
/** The word of a slot that says whether its thread sent mail; see `mail.ts`. */
export const SENT = 5;

// What LIFE says where it is not the id; ids are positive.
const FENCED = -1;
const LEFT = -2;
const STUCK = -3;
const CLOSED = -4;
const CLOSED_STUCK = -5;
// By what LIFE says, less its sign: what that is, and what becomes of it.
const LIVES = [0, Life.fenced, Life.left, Life.stuck, Life.fenced, Life.stuck];
const CLOSING = [0, CLOSED, 0, CLOSED_STUCK];

/** The id of the root thread: it has the first slot, before any other thread. */
export const ROOT: number = 1 << SLOT_BITS;

let table: Int32Array<SharedArrayBuffer>;
let own = 0;
let ownPark = 0;
let ownLife = 0;
let fencedOut: () => void = () => {};

/** Where in the table the slot of a thread begins. */
export function slotOf(id: number): number {
  return (slotNumber(id) + 1) * WORDS;
}

function adopt(memory: SharedArrayBuffer, id: number): void {
  table = new Int32Array(memory);
  own = id;
  ownPark = slotOf(id) + PARK;
  ownLife = slotOf(id) + LIFE;
}

/**
 * Makes this thread the one called `id` in the program's table.
 *
 * Called once, by an actor's host, before any user code runs.
 *
 * @param onFenced Ends the thread; called when it finds itself fenced.
 */
export function joinProgram(
  memory: SharedArrayBuffer,
  id: number,
  onFenced: () => void,
): void {
  adopt(memory, id);
  fencedOut = onFenced;
}

/** The memory of the table, for the threads this one starts. */
export function threadTable(): SharedArrayBuffer {
  return table.buffer;
}

/** A word of the program, 0 at first, for what is to be said only once. */
export function saidWord(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(table.buffer, SAID * 4, 1);
}

/** The number of a thread's slot: that of one that is gone is given out again. */
export function slotNumber(id: number): number {
  return id & SLOT_MASK;
}

/** How many slots were ever in use: those with the lowest numbers. */
export function slotsUsed(): number {
  return Atomics.load(table, SLOTS_USED);
}

/** The words of the table. */
export function tableWords(): Int32Array<SharedArrayBuffer> {
  return table;
}

/** Where in the table the notes of a thread begin; see `thread_notes.ts`. */
export function notesAt(id: number): number {
  return FIRST_NOTE + slotNumber(id) * NOTE_WORDS;
}

/** The id of the calling thread. */
export function ownThread(): number {
  return own;
}

/** Counts the ends of threads: when one will touch nothing more, and when gone. */
export function endCount(): number {
  return Atomics.load(table, ENDS);
}

/**
 * Takes a free slot for a thread about to be started.
 *
 * @throws {RangeError} If 4,095 actors exist already.
 */
export function claimThread(): number {
  // The first round stays within the slots already used, so that scans over
  // the table stay short; only when all of those are taken it grows.
  const used = Atomics.load(table, SLOTS_USED);
  for (let slot = 0; slot < SLOTS; slot++) {
    const at = (slot + 1) * WORDS;
    if (Atomics.load(table, at + ID) !== 0) continue;
    // A slot is claimed by a placeholder first: its other words must be right
    // before its id can be met by a scan.
    if (Atomics.compareExchange(table, at + ID, 0, -1) !== 0) continue;
    const generation = table[at + GENERATION]! % (GENERATION_LIMIT - 1) + 1;
    table[at + GENERATION] = generation;
    const id = generation << SLOT_BITS | slot;
    Atomics.store(table, at + PARK, 0);
    Atomics.store(table, at + LIFE, id);
    Atomics.store(table, at + PARENT, own);
    Atomics.store(table, at + SENT, 0);
    if (slot >= used) raise(table, SLOTS_USED, slot + 1);
    Atomics.store(table, at + ID, id);
    return id;
  }
  throw new RangeError(
    `Cannot start an actor: ${
      SLOTS - 1
    } exist already. Use fewer, or a pool that shares them`,
  );
}

/** Makes a word of shared memory at least as great as `least`. */
export function raise(words: Int32Array, word: number, least: number): void {
  let value = Atomics.load(words, word);
  while (value < least) {
    const found = Atomics.compareExchange(words, word, value, least);
    if (found === value) return;
    value = found;
  }
}

/** Gives the slot of a thread back. Only when the thread is known to be gone. */
export function releaseThread(id: number): void {
  Atomics.compareExchange(table, slotOf(id) + LIFE, id, FENCED);
  const isFirst = Atomics.compareExchange(table, slotOf(id) + ID, id, 0) === id;
  if (isFirst) Atomics.add(table, ENDS, 1);
}

/** Whether the thread may still exist, that is: was not seen to be gone. */
export function threadExists(id: number): boolean {
  return Atomics.load(table, slotOf(id) + ID) === id;
}

/**
 * Puts this thread on a list of threads: in the first place that is free, or is
 * that of one that is gone.
 *
 * @param words The memory that holds the list.
 * @param first The word of its first place.
 * @param places How many it has.
 * @returns The number of the place, or −1 if there is none.
 */
export function claimPlace(
  words: Int32Array,
  first: number,
  places: number,
): number {
  for (let place = 0; place < places; place++) {
    const at = first + place;
    const id = Atomics.load(words, at);
    if (id !== 0 && threadExists(id)) continue;
    if (Atomics.compareExchange(words, at, id, own) === id) return place;
  }
  return -1;
}

/** Whether the thread exists and was neither fenced nor has left. */
export function threadCanAct(id: number): boolean {
  return Atomics.load(table, slotOf(id) + LIFE) === id;
}

/**
 * As {@linkcode threadCanAct}, by a plain look: for what is looked at with each
 * message, between operations of `Atomics`. What changed is seen a call later.
 */
export function threadSeemsAble(id: number): boolean {
  return table[slotOf(id) + LIFE] === id;
}

/** What the thread may still do; `left` if it is gone. */
export function lifeOf(id: number): number {
  const at = slotOf(id);
  const life = Atomics.load(table, at + LIFE);
  if (life === id) return Life.running;
  // The slot's next thread may have begun to use these words.
  if (Atomics.load(table, at + ID) !== id) return Life.left;
  return LIVES[-life] ?? Life.left;
}

/** The threads that `parent` started and that were not seen to be gone. */
export function childrenOf(parent: number): number[] {
  const children: number[] = [];
  const used = Atomics.load(table, SLOTS_USED);
  for (let slot = 0; slot < used; slot++) {
    const at = (slot + 1) * WORDS;
    const id = Atomics.load(table, at + ID);
    // A placeholder of a claim under way is negative.
    if (id > 0 && Atomics.load(table, at + PARENT) === parent) {
      children.push(id);
    }
  }
  return children;
}

/**
 * Takes from a thread, and from all it started, the right to act.
 *
 * From the return of this call on nothing they do to a channel counts, but for
 * an operation that was already past its check. Threads that sleep in a
 * channel wake and end.
 */
export function fenceThread(id: number): void {
  Atomics.compareExchange(table, slotOf(id) + LIFE, id, FENCED);
  for (const child of childrenOf(id)) fenceThread(child);
}

/** Says of a fenced thread that it does not stop. */
export function giveUpThread(id: number): void {
  const at = slotOf(id) + LIFE;
  const life = Atomics.compareExchange(table, at, FENCED, STUCK);
  if (life === CLOSED) Atomics.compareExchange(table, at, life, CLOSED_STUCK);
}

/** Says that this thread, which leaves or was fenced, will touch nothing more. */
export function leaveProgram(): void {
  const life = Atomics.load(table, ownLife);
  const next = life === own ? LEFT : CLOSING[-life];
  if (!next) return; // It did so, or its slot was given away.
  const found = Atomics.compareExchange(table, ownLife, life, next);
  if (found === life) Atomics.add(table, ENDS, 1);
  else leaveProgram(); // It was told to end just now.
}

/**
 * Whether a thread will touch nothing more, so that what it held is free. That is
 * so before it is seen to be gone, which takes its parent's event loop; but only
 * then of one that computes on though it was terminated.
 */
export function threadIsOver(id: number): boolean {
  const life = Atomics.load(table, slotOf(id) + LIFE);
  if (life === id) return false;
  return life <= CLOSED || life === LEFT || !threadExists(id);
}

/**
 * Whether this thread was fenced. Also one whose slot was given away, which
 * can only be if it outlived the word that it was gone.
 */
export function isFenced(): boolean {
  return Atomics.load(table, ownLife) !== own;
}

/**
 * As {@linkcode isFenced}, by a plain look. For the hot path, right after an
 * operation of `Atomics`: no processor moves the look before that, and no
 * compiler keeps what an earlier look found.
 */
export function seemsFenced(): boolean {
  return table[ownLife] !== own;
}

/**
 * Ends this thread if it was fenced.
 *
 * Closing a worker stops its code at once; where that fails (the root thread,
 * which nobody fences) the error is a last guard.
 *
 * @throws {Error} If the thread is fenced and goes on running.
 */
export function stopIfFenced(): void {
  if (!isFenced()) return;
  fencedOut();
  throw new Error("Cannot use a channel: this actor was terminated");
}

/** Wakes a thread that sleeps, or keeps it from falling asleep. */
export function wakeThread(id: number): void {
  const at = slotOf(id) + PARK;
  Atomics.add(table, at, 1);
  Atomics.notify(table, at);
}

/**
 * Wakes every thread, so that each looks again at what it waits for.
 *
 * Done when a thread ended: a wake-up it had been given and did not use, a lock
 * it held, a pipe whose other end it owned are then seen by whoever they
 * concern. An end is rare beside a message, and this needs no list of what the
 * dead one was using.
 */
export function wakeAllThreads(): void {
  const used = Atomics.load(table, SLOTS_USED);
  for (let slot = 0; slot < used; slot++) {
    const id = Atomics.load(table, (slot + 1) * WORDS + ID);
    if (id > 0) wakeThread(id);
  }
}

/** How many wake-ups this thread was given so far. Read before looking. */
export function wakeCount(): number {
  return Atomics.load(table, ownPark);
}

/**
 * Sleeps until the count differs from `seen`, at most `timeout` ms. Blocks.
 */
export function sleep(seen: number, timeout: number): void {
  Atomics.wait(table, ownPark, seen, timeout);
}

/**
 * Like {@linkcode sleep} without blocking. Does not keep the program alive.
 *
 * @returns A promise for the wake-up, or `undefined` if it came already.
 */
export function sleepAsync(seen: number): Promise<unknown> | undefined {
  const result = Atomics.waitAsync(table, ownPark, seen);
  return result.async ? result.value : undefined;
}

// The root thread makes the table when it loads this module. In an actor the
// host replaces it before user code runs (a table of its own costs nothing
// until touched: fresh pages are not resident).
adopt(new SharedArrayBuffer((FIRST_NOTE + SLOTS * NOTE_WORDS) * 4), ROOT);
Atomics.store(table!, SLOTS_USED, 1);
Atomics.store(table!, slotOf(own) + GENERATION, 1);
Atomics.store(table!, slotOf(own) + LIFE, own);
Atomics.store(table!, slotOf(own) + ID, own);
