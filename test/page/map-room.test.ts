import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { convertModel, layers, sequential } from "striate";
import { expect, it } from "vitest";
import { PageEngine } from "../../app/engine/engine.ts";
import type { ModelInfo, PhotoInfo } from "../../app/engine/protocol.ts";

it("maps that a page cannot hold are not computed: as many layers are shown as fit, and a sentence says the rest", async () => {
  // A gigabyte for each of the two.
  const model = sequential([
    layers.conv2d({ filters: 64, kernelSize: 1, inputShape: [2000, 2000, 3], name: "first" }),
    layers.conv2d({ filters: 60, kernelSize: 1, name: "second" }),
  ]);
  const [large] = await convertModel(await model.contents(), "large.keras");
  await model.dispose();
  const engine = new PageEngine({ describe: () => "" });
  const call = <T>(method: string, ...args: unknown[]) =>
    engine.call(method, args, {
      signal: new AbortController().signal,
      tell: () => undefined,
    }) as Promise<T>;
  const source = (name: string, bytes: Uint8Array<ArrayBuffer>) => ({
    files: [{ file: new File([bytes], name), path: name }],
  });
  const opened = await call<ModelInfo>(
    "open",
    source("large.keras", new Uint8Array(large!.bytes)),
    {},
  );
  expect(opened.shown).toEqual(["second"]);
  const dog = fileURLToPath(new URL("../../dist/demo/dog.jpg", import.meta.url));
  const photo = await call<PhotoInfo>(
    "photo",
    source("dog.jpg", new Uint8Array(readFileSync(dog))),
  );
  await expect(call("see", opened.id, photo.id, ["first", "second"])).rejects.toThrow(
    /these layers together take 2\.0 GB, and the page holds 1\.5 GB at once: show fewer/,
  );
  await call("close", opened.id);
});
