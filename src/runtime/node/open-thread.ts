import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { StriateError } from "../../base/errors.ts";

/**
 * Starts a thread that runs a file of this library.
 *
 * @param path within the library, without its ending: `runtime/node/train-worker`
 */
export function openThread(path: string): Worker {
  const file = threadFile(path);
  return file.pathname.endsWith(".ts")
    ? new Worker(fromSource(file), { eval: true })
    : new Worker(file);
}

/** Run from source, in tests and scripts, a thread needs a TypeScript loader of its own. */
const fromSource = (file: URL): string =>
  `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(file.href)})))`;

/** The file seen from this one, or from the chunk or the entry that a build put this code into. */
function threadFile(path: string): URL {
  const places = [`../../${path}.ts`, `../${path}.js`, `./${path}.js`, `../../${path}.js`];
  const found = places
    .map((place) => new URL(place, import.meta.url))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new StriateError(
      `the installation is not whole: ${path}.js is missing; reinstall striate`,
    );
  return found;
}
