import { randomUUID } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SpillStore } from "../../data/examples/row-store.ts";
import { userCacheFolder } from "../files/user-cache.ts";

/**
 * A file for decoded pictures that memory has no room for. Its name is taken away at once where the
 * system allows that, so that nothing is left behind however the process ends.
 *
 * @param each bytes of one picture
 * @param folder where the file is made; the user's cache by default
 */
export async function openSpill(each: number, folder = userCacheFolder()): Promise<SpillStore> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `decoded-${process.pid}-${randomUUID().slice(0, 8)}`);
  const file = await open(path, "wx+");
  const removed = await rm(path).then(
    () => true,
    () => false,
  );
  return {
    async write(slot, bytes) {
      const { bytesWritten } = await file.write(bytes, 0, each, slot * each);
      if (bytesWritten < each) throw new Error("the disk is full");
    },
    async read(slot) {
      // bounded: a picture of the size that the network takes
      const bytes = new Uint8Array(each);
      await file.read(bytes, 0, each, slot * each);
      return bytes;
    },
    async close() {
      await file.close();
      if (!removed) await rm(path, { force: true });
    },
  };
}
