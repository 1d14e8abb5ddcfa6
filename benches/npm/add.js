// The tasks: piscina and tinypool take this file as it is.

export const add = (n) => n + 1;

export const addAll = (items) => items.map(add);
