import { basename } from "node:path";
import { deflateSync } from "node:zlib";
import { PageEngine } from "../../../app/engine/engine.ts";
import { packFirstLook } from "../../../app/engine/first-look.ts";
import type { Engine } from "../../../app/engine/protocol.ts";
import { packageFile } from "../files/package-files.ts";

/** What the page shows before its engine is there, computed here and compressed. */
export async function firstLook(): Promise<Uint8Array> {
  const files = { model: "models/cat_vs_dog.h5", photo: "dist/demo/dog.jpg" };
  const engine = new PageEngine({
    describe: () => "the engine is still being read",
    named: (what) => Promise.resolve(packageFile(files[what])),
  });
  const context = { signal: new AbortController().signal, tell: () => undefined };
  const call = ((method: string, args: unknown[]) =>
    engine.call(method, args, context)) as Engine["call"];
  const opened = await call("open", [{ named: "model" }, {}]);
  // Where it lies on the computer that makes this is nobody's business.
  const model = { ...opened, file: basename(files.model) };
  const { id, name, width, height } = await call("photo", [{ named: "photo" }]);
  const seen = await call("see", [model.id, id, model.shown]);
  const colormaps = await call("colormaps", []);
  await call("close", [model.id]);
  return deflateSync(packFirstLook({ model, photo: { id, name, width, height }, seen, colormaps }));
}
