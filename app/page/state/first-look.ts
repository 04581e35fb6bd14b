import { type FirstLook, firstLookFile, unpackFirstLook } from "../../engine/first-look.ts";
import type { ModelInfo, Source } from "../../engine/protocol.ts";
import { fetchFile } from "./fetch-file.ts";
import { type OpenPhoto, openPhoto } from "./open-photo.ts";
import { packagedModel, packagedPhotos, photoPath } from "./packaged.ts";
import { painted } from "./painted.ts";
import type { Desk } from "./desk.svelte.ts";

/** The first look that came with the page; undefined where it did not, or is broken: then nothing is shown early. */
export async function readFirstLook(isServed: boolean): Promise<FirstLook | undefined> {
  const address = isServed ? `api/${firstLookFile}` : firstLookFile;
  try {
    const file = await fetchFile(address, { signal: new AbortController().signal });
    const bytes = file.stream().pipeThrough(new DecompressionStream("deflate"));
    return unpackFirstLook(new Uint8Array(await new Response(bytes).arrayBuffer()));
  } catch {
    return undefined;
  }
}

/**
 * Shows the first look, and only then starts the engine, which would take the time that painting needs. What is
 * asked meanwhile waits until the network is open: network and photo have the same numbers then.
 */
export async function openFirstLook(session: Desk, look: FirstLook): Promise<void> {
  const { computes } = session;
  const address = packagedPhotos[0]!;
  const picture = photoPath(address);
  const photo: OpenPhoto = { ...look.photo, address, picture, source: { files: [] } };
  session.takeColors(look.colormaps);
  session.take(look.model, packagedModel);
  [session.photos, session.photo, session.photoAddress] = [[photo], photo, address];
  session.showSeen(look.seen, photo);
  const opened = painted().then(() => openLive(session, look.model, photo));
  computes.hold(opened.then(() => undefined));
  // Else it stands, with the words of what did not come.
  if (!(await opened)) return;
  await session.look();
  await session.explainUnit();
}

async function openLive(session: Desk, early: ModelInfo, shown: OpenPhoto): Promise<boolean> {
  const { started, options } = session.computes;
  const opening = session.attempt("Starting the engine", async (call) => {
    const source = sourceOf(await fetchFile(packagedModel, call));
    return [source, await started.call("open", [source, options], call)] as const;
  });
  const reading = session.attempt("", async (call) => {
    const source = sourceOf(await fetchFile(shown.picture, call));
    return openPhoto(await started.call("photo", [source]), source, shown.address);
  });
  const [model, photo] = await Promise.all([opening, reading]);
  if (model)
    session.modelSource = { source: model[0], words: packagedModel, address: packagedModel };
  // What did not come has no number of the engine's, which it gives to the next.
  session.model = model?.[1] ?? { ...early, id: 0 };
  session.photo = photo ?? { ...shown, id: 0 };
  session.photos = [session.photo];
  return model !== undefined && photo !== undefined;
}

const sourceOf = (file: File): Source => ({ files: [{ file, path: file.name }] });
