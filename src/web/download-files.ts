import { StriateError } from "../base/errors.ts";
import { writeZip } from "../formats/zip.ts";

/** Milliseconds after which a browser has taken up what it was given. */
const takenUp = 60_000;

/**
 * Offers files as a download: a single one as it is, several as a zip.
 *
 * @throws StriateError in a worker, which has no page to do so
 */
export async function downloadFiles(
  files: readonly { path: string; bytes: Uint8Array | string }[],
): Promise<void> {
  const page = globalThis.document as Document | undefined;
  if (page === undefined)
    throw new StriateError(
      `${files[0]!.path}: a worker cannot save a file; send convertModel's bytes to the page`,
    );
  const text = new TextEncoder();
  const [first] = files;
  const [name, bytes] =
    files.length === 1
      ? [first!.path, first!.bytes]
      : [
          `${first!.path.replace(/\.[^.]*$/, "")}.zip`,
          writeZip(
            files.map(({ path, bytes: content }) => [
              path,
              typeof content === "string" ? text.encode(content) : content,
            ]),
          ),
        ];
  const address = URL.createObjectURL(new Blob([bytes as BlobPart]));
  const link = page.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), takenUp);
  return Promise.resolve();
}
