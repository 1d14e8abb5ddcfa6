/**
 * The behaviours that are shown side by side, and why Troupe differs where it
 * does. The numbers are those of `tests/parity.md`; X is what Python has not.
 *
 * @module
 */

/** One behaviour. */
export interface Row {
  readonly number: string;
  /** What is done, and what of it is seen. */
  readonly behaviour: string;
  /** Why Troupe differs; undefined where it does not. */
  readonly why?: string;
  /**
   * Why it is not the same if the actors run in processes of their own; undefined
   * where it is.
   */
  readonly whyInProcess?: string;
}

/** All of them. */
export const ROWS: readonly Row[] = [
  { number: "P1", behaviour: "a new process: is it alive, its exit code" },
  {
    number: "P3",
    behaviour: "a second start",
    why: "an error with a name and data of its own",
  },
  {
    number: "P5",
    behaviour: "`terminate` before the start",
    why: "Python's is an error by accident; this one says what to do",
  },
  { number: "P9", behaviour: "a second `join`: the exit code" },
  { number: "P10", behaviour: "after a return: the exit code, is it alive" },
  { number: "P12", behaviour: "an exit with 7: the exit code" },
  { number: "P15", behaviour: "`terminate` after the end: the exit code" },
  {
    number: "P16",
    behaviour: "active children: while one runs, after its end; its exit code",
  },
  { number: "P20", behaviour: "the parent of the program" },
  { number: "N1", behaviour: "names go by creation, not by start" },
  { number: "N2", behaviour: "a child's child is called `…:1`" },
  {
    number: "E4",
    behaviour: "`cancel` of a task that runs, that waits, once more; cancelled",
  },
  {
    number: "E9",
    behaviour: "the error of a task: its class, what it says",
    why: "the task's own error is the `cause`, with its class and fields",
  },
  {
    number: "E14",
    behaviour: "a pool of 0 workers",
    why: "the platform's error for a number out of range",
  },
  {
    number: "E23",
    behaviour: "a worker dies under its task: that task, a later one",
    why: "only the task it died of fails; another worker takes its place",
  },
  { number: "A3", behaviour: "the time of `asCompleted` is over" },
  {
    number: "S1",
    behaviour: "a list that a child adds to: the parent's length",
  },
  {
    number: "S5",
    behaviour: "2³¹ − 1, plus 1",
    why: "a number that the type cannot hold is refused",
  },
  { number: "S6", behaviour: "a value of the wrong type" },
  {
    number: "S8",
    behaviour: "bytes that a child changes: the parent's text",
    whyInProcess: "shared memory, which no other process can see",
  },
  { number: "S11", behaviour: "4 × 1,000 additions under the lock" },
  {
    number: "S12",
    behaviour: "a structure and an array that a child changes: the parent's",
    whyInProcess: "shared memory, which no other process can see",
  },
  { number: "S15", behaviour: "a recursive lock, acquired twice" },
  {
    number: "S16",
    behaviour: "`acquire` with a time-out, in vain",
    why: "a time-out is an error: a guard that is none cannot be released",
  },
  { number: "S21", behaviour: "three that pass a barrier: their indexes" },
  {
    number: "S23",
    behaviour: "a shared dict: set by a child, a list in it that it adds to",
  },
  {
    number: "S25",
    behaviour: "a lock whose holder was killed",
    why: "it goes to the next, who is told to check the data",
  },
  { number: "Q1", behaviour: "items come in the order in which they were put" },
  {
    number: "Q4",
    behaviour: "`get` with a time-out, in vain",
    why: "the platform's error for a time-out",
  },
  {
    number: "Q14",
    behaviour: "an item that cannot be sent; the next one",
    why: "`put` says so at once, where Python's thread drops it later",
  },
  { number: "Q16", behaviour: "an item put before the consumer starts" },
  {
    number: "Q17",
    behaviour: "a consumer is killed while it waits; an item for another",
    why: "no lock of the queue dies with anybody",
  },
  {
    number: "C7",
    behaviour: "`send` to an end that is closed",
  },
  {
    number: "C8",
    behaviour: "`send` at an end that is closed here",
    why: "an error with a name of its own",
  },
  { number: "C10", behaviour: "`poll` when the other end is closed" },
  {
    number: "C22",
    behaviour: "the other end's process is killed: what it sent, and then",
    why: "an error with a name of its own",
  },
  {
    number: "X1",
    behaviour: "`join` before anybody reads 10 MB that were put; their size",
    why: "a queue holds its items itself",
  },
  {
    number: "X2",
    behaviour: "a queue can be closed so that what is in it is thrown away",
    why: "`close({ discard: true })`; Python has no such call",
  },
];
