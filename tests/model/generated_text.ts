/**
 * The pieces of code that the rewriting adds. What they name is given to each
 * module by `instance.ts`.
 *
 * @module
 */

/** A list of functions that read variables. */
export function readersText(names: readonly string[]): string {
  return `[${names.map((name) => `()=>${name}`).join()}]`;
}

/** What stands at the head of each generator. */
export function localsText(sites: readonly { id: number }[]): string {
  return `let ${["$d=$c.depth", ...sites.map(({ id }) => `$${id}`)].join()};`;
}

/**
 * What is put around an expression at which a thread can stand: it asks what
 * came of it, and notes where the thread stands and what it can still read.
 */
export function stopText(
  id: number,
  alive: readonly string[],
  isDropped: boolean,
): [before: string, after: string] {
  const value = `$${id}`;
  const stand = `$c.stand($d,${id},this,()=>${readersText(alive)})`;
  return [
    `(${value}=`,
    `,${value} instanceof $G?(${stand},${value}=yield*${value}):` +
    `${value} instanceof $S?` +
    `(${stand},${value}=yield ${value}.from(${isDropped})):${value})`,
  ];
}

/** A whole module. */
export function moduleText(
  body: string,
  exports: readonly string[],
  variables: readonly string[],
): string {
  return `"use strict";${body}
return{exports:{${exports.join()}},state:${readersText(variables)}};`;
}
