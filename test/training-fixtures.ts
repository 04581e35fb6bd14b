import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Numbers that real Keras gave, written by fixtures/training.py. */
export const readFixture = <T>(name: string): T =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url)), "utf8"),
  ) as T;
