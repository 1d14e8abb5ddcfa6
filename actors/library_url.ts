/**
 * Where the whole library is.
 *
 * Nothing of it imports that, but the threads that run code of the user's may
 * load it ahead: a module that declares an actor does.
 *
 * @module
 */

/** The URL of the module that users import. */
export const LIBRARY_URL: string = new URL("../mod.ts", import.meta.url).href;

/** The URL of what runs an actor in a child process. */
export const HOSTED_URL: string =
  new URL("./isolation/hosted_main.ts", import.meta.url).href;

/** The URL of what runs the tasks of a pool there. */
export const RUNNER_URL: string =
  new URL("./isolation/task_runner.ts", import.meta.url).href;

/** Where the modules lie that make actors run. */
export const OWN_FOLDER: string = new URL("./", import.meta.url).href;

/** Whether a module is one of those. */
export function isOwnModule(module: string): boolean {
  return module.startsWith(OWN_FOLDER);
}
