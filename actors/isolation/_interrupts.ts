/**
 * What a child does when somebody types Ctrl+C.
 *
 * @module
 */

/**
 * Goes on: the program is meant, which then decides what becomes of its actors.
 * The terminal sends the signal to all processes that it started.
 */
export function ignoreInterrupts(): void {
  try {
    Deno.addSignalListener("SIGINT", () => {});
  } catch {
    // Not on this platform.
  }
}
