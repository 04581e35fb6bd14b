import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/**
 * The folder of real files that other tools wrote (models, pictures, golden numbers), beside the
 * checkout. It is not part of the project: tests that need it skip with a clear line where it is absent.
 */
const root = fileURLToPath(new URL("../../shared/", import.meta.url));

/** Whether a file or folder of `../shared` is here. */
export const hasShared = (path = ""): boolean => existsSync(root + path);

/** The absolute path of a file in `../shared`. */
export const shared = (path: string): string => root + path;

/** A JSON file of `../shared`. */
export const sharedJson = <T>(path: string): T =>
  JSON.parse(readFileSync(root + path, "utf8")) as T;

/**
 * `describe` that runs only where `path` of `../shared` is here. Elsewhere its body, which may read files
 * to make its tests, is not called; one skipped test says why.
 */
export function describeShared(path: string, title: string, body: () => void): void {
  if (hasShared(path)) describe(title, body);
  else describe(title, () => it.skip(`skipped: ../shared/${path} is not on this machine`));
}
