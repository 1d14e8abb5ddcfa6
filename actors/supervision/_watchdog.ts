/**
 * Seeing from outside that an actor's event loop is blocked.
 *
 * ```text
 *   watchdog                                   actor's thread
 *     │  handles something?  (desk)
 *     │── asks for a sign of life, wakes it ──▶ event loop, or a wait in a channel:
 *     │                                         answers by coming by
 *     │  answered? ── yes ─▶ ask anew           a loop without end: does not
 *     │       └─ no, for longer than allowed ─▶ reported, once
 * ```
 *
 * The actor has no timer and does nothing for it: an idle one is not asked, and
 * one that handles something answers with one store. A long `await` leaves the
 * event loop free, a wait in a channel looks at each wake-up: neither is taken
 * for a hang. The other way round, beats that the actor sends by itself, costs
 * each idle actor a timer.
 *
 * @module
 */

import { threadCanAct, wakeThread } from "../../channels/threads.ts";
import { type Desk, Doing } from "../desk.ts";
import type { Handling } from "../handling.ts";

/** An actor that is watched. */
export interface Patient {
  /** Its thread. */
  readonly thread: number;
  /** What it has in hand. */
  readonly desk: Desk;
  /** How long it may be blocked, in ms. */
  readonly allowance: number;
  /** Called once each time it is found blocked for longer than that. */
  onBlocked(handling: Handling, blockedFor: number): void;
}

/** When a patient was asked, and whether that was told. */
interface Watch {
  readonly patient: Patient;
  askedAt: number | undefined;
  isTold: boolean;
}

/** How many looks there are in the shortest allowance. */
const LOOKS = 4;

/** See the module. */
export class Watchdog {
  readonly #watches = new Map<Patient, Watch>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #interval = Infinity;

  /** Watches an actor; gives what ends that. */
  watch(patient: Patient): () => void {
    this.#watches.set(patient, { patient, askedAt: undefined, isTold: false });
    this.#setTimer();
    return () => {
      this.#watches.delete(patient);
      this.#setTimer();
    };
  }

  /** How long an actor has not answered, in ms; 0 if it has. */
  silence(patient: Patient): number {
    const watch = this.#watches.get(patient);
    const isSilent = watch?.askedAt !== undefined && !patient.desk.isAnswered;
    return isSilent ? performance.now() - watch.askedAt! : 0;
  }

  /** Runs no timer while nobody is watched, and never keeps the program alive. */
  #setTimer(): void {
    let interval = Infinity;
    for (const { allowance } of this.#watches.keys()) {
      interval = Math.min(interval, Math.max(1, allowance / LOOKS));
    }
    if (interval === this.#interval) return;
    this.#interval = interval;
    clearInterval(this.#timer);
    if (interval === Infinity) return;
    this.#timer = setInterval(() => this.#look(), interval);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #look(): void {
    const now = performance.now();
    for (const watch of this.#watches.values()) {
      const { patient } = watch;
      const { desk, thread, allowance } = patient;
      // It was ended: nothing is expected of it any more.
      if (!threadCanAct(thread)) continue;
      if (watch.askedAt !== undefined && !desk.isAnswered) {
        const blockedFor = now - watch.askedAt;
        const { handling } = desk;
        if (blockedFor < allowance || watch.isTold || !handling) continue;
        watch.isTold = true;
        patient.onBlocked(handling, blockedFor);
        continue;
      }
      watch.isTold = false;
      watch.askedAt = undefined;
      if (desk.doing === Doing.nothing) continue;
      desk.ask();
      wakeThread(thread);
      watch.askedAt = now;
    }
  }
}
