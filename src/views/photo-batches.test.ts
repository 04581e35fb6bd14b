import { expect, it } from "vitest";
import { requirePhotos } from "./photo-batches.ts";
import type { DatasetSubject } from "./subject.ts";

it("says why a photo could not be read, where too few could", () => {
  const set = { name: "pets" } as DatasetSubject;
  const skipped = [{ path: "a.jpg", reason: "is empty (0 bytes)" }];
  expect(() => requirePhotos(set, 0, skipped)).toThrow(
    "pets: no photo could be read; a.jpg: is empty (0 bytes)",
  );
  expect(() => requirePhotos(set, 1, skipped, 2)).toThrow(
    "pets: only 1 of the photos could be read; a.jpg",
  );
  expect(() => requirePhotos(set, 1, skipped)).not.toThrow();
});
