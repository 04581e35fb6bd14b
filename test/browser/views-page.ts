// The page of the test of all views: opens each network once, and gives what a view makes of it.
import { type Given, type Seen, open, see } from "./seen.ts";

const opened = new Map<string, Promise<Given>>();

async function seeView(network: string, photos: string[], id: string) {
  let given = opened.get(network);
  if (!given) opened.set(network, (given = openAt(network, photos)));
  const { values, ...rest } = await see(await given, id);
  const bytes = new Uint8Array(values.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return { ...rest, values: btoa(text) };
}

const openAt = async (network: string, photos: string[]): Promise<Given> =>
  open([await fileAt(network)], await Promise.all(photos.map(fileAt)));

async function fileAt(address: string): Promise<File> {
  const blob = await (await fetch(address)).blob();
  return new File([blob], address.replace(/^.*\//, ""));
}

export type SeeView = (
  ...given: Parameters<typeof seeView>
) => Promise<Omit<Seen, "values"> & { values: string }>;
Object.assign(globalThis, { seeView });
