/**
 * Loading the modules that declare actors, in an actor's thread.
 *
 * What such a thread may load is decided by the rights of the one that started
 * it, and by the trampoline, which names the modules: see `_trampoline.ts`.
 *
 * @module
 */

import { currentProcess, setLoading } from "./current_process.ts";
import { type Declaration, findDeclaration } from "./declaration.ts";
import { ModuleLoadError } from "./errors.ts";
import { isOwnModule, LIBRARY_URL, OWN_FOLDER } from "./library_url.ts";

let load: (module: string) => Promise<unknown> = (module) =>
  Promise.reject(new TypeError(`Cannot load ${module}: this is no actor`));

/** Says how this thread loads a module that its trampoline names. */
export function setLoader(loader: typeof load): void {
  load = loader;
}

/**
 * Loads the module that declares an actor, and finds the declaration.
 *
 * @throws {ModuleLoadError} If the platform cannot load the module.
 * @throws {DeclarationError} If the module does not declare the actor.
 * @throws What the module throws while it is loaded.
 */
export async function loadDeclaration(
  module: string,
  name: string,
): Promise<Declaration> {
  setLoading(true);
  try {
    // One of Troupe's own modules does not load all that arguments may hold.
    if (isOwnModule(module)) await load(LIBRARY_URL);
    await load(module);
  } catch (error) {
    if (!isLoaderError(error)) throw error;
    // The parent words it: it knows its own rights, which decided.
    const self = currentProcess().name;
    throw new ModuleLoadError(error.message, self, module, error);
  } finally {
    setLoading(false);
  }
  return findDeclaration(module, name);
}

/**
 * Whether the platform could not load the user's module or one it imports
 * (missing, forbidden, a syntax error: it makes no difference between them).
 * An `import()` that the module itself does at its top level fails in the same
 * way, but then a frame of the module's own is on the stack.
 */
function isLoaderError(error: unknown): error is TypeError {
  if (!(error instanceof TypeError) || !("code" in error)) return false;
  if (error.code !== "ERR_MODULE_NOT_FOUND") return false;
  // The message may hold places too, so it is cut off first.
  const { stack = "", message } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length);
  return !frames.split("\n").some((frame) =>
    frame.trim() !== "" && !frame.includes(OWN_FOLDER) &&
    !frame.includes("data:text/javascript")
  );
}
