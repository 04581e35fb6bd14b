import { expect, it } from "vitest";
import { viewContext } from "./context.ts";
import { photoBatches, requirePhotos } from "./photo-batches.ts";
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

it("names a photo that cannot be read in a shard that is begun again, too", async () => {
  const told: { path: string; reason: string }[] = [];
  const set: DatasetSubject = {
    name: "pets",
    length: 1,
    skipped: () => told,
    async *photos() {
      told.push({ path: "a.jpg", reason: await Promise.resolve("is empty (0 bytes)") });
    },
  };
  const context = viewContext({ network: { inputs: [] } } as never);
  for (let attempt = 0; attempt < 2; attempt++) {
    const { batches, skipped } = photoBatches(context, set, 4);
    for await (const batch of batches) expect(batch).toBeUndefined();
    expect(skipped).toEqual([{ path: "a.jpg", reason: "is empty (0 bytes)" }]);
  }
});
