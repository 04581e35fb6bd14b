import { StriateError } from "striate";
import type { Source, SourceFile } from "./protocol.ts";

/** What a platform does for sources that a page does not hold itself. */
export interface SourceHost {
  /** The path of what the command line named. */
  named?(name: "model" | "photo"): Promise<string>;
  /** A file that was handed over before. */
  upload?(id: string, name: string): Promise<File>;
}

/** The files of a source, or its address or path where the library fetches by itself. */
export async function filesOf(source: Source, host: SourceHost): Promise<readonly File[] | string> {
  if ("url" in source) return addressOf(source.url);
  if ("files" in source) return Promise.all(source.files.map((file) => fileOf(file, host)));
  if (host.named === undefined) throw new StriateError("no file was named on the command line");
  return host.named(source.named);
}

async function fileOf(source: SourceFile, host: SourceHost): Promise<File> {
  const { path } = source;
  if ("upload" in source && host.upload === undefined)
    throw new StriateError(`${path}: was not handed over`);
  const file = "file" in source ? source.file : await host.upload!(source.upload, path);
  // Files that were dropped with their folder, and all that went through a message, have lost it.
  if (path.includes("/")) Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new StriateError(`expected a web address (https://...), got "${text}"`);
  return url.href;
}
