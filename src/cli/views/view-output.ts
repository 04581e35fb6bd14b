import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import { writeNpz } from "../../formats/npz.ts";
import { mayReplaceFile } from "../../node/files/replace-files.ts";
import { type OutputFile, writeFileAtomic } from "../../node/files/write-files.ts";
import type { AnyView } from "../../views/define-view.ts";
import type { AnySeen } from "../../api/report/figures-of.ts";
import type { Given } from "../../views/run-view.ts";
import type { Fields } from "../../base/fields.ts";
import { encodePictures } from "../encode-pictures.ts";

/** The pictures of a view; none where it draws none. */
export function picturesOf(
  seen: AnySeen,
  shows: Given<Fields>,
  { format, pixel_ratio: scale }: { format: "png" | "svg"; pixel_ratio: number },
): Promise<OutputFile[]> {
  return encodePictures(seen.draw(shows), format, { scale });
}

/** Before the work is done, and not after it. @throws StriateError */
export async function checkNumbers(
  path: string | null,
  how: { readonly force: boolean },
): Promise<void> {
  if (path === null) return;
  if (!path.endsWith(".npz"))
    throw new StriateError(`--numbers ${path}: the name of a file of arrays ends in .npz`);
  await mayReplaceFile(path, how);
}

/** Collects the named arrays of several photos and views, for one `.npz`. */
export class Numbers {
  readonly #arrays = new Map<string, Tensor>();

  /** @param place stands before each name, where there are several photos */
  add(seen: AnySeen, place = ""): void {
    const inputs = seen.inputs();
    for (const [name, value] of seen.arrays())
      this.#arrays.set(place + name, inputs.get(name) === value ? withoutBatch(value) : value);
  }

  async write(path: string, view: AnyView | undefined): Promise<void> {
    if (this.#arrays.size === 0)
      throw new StriateError(`${view?.id ?? "nothing"}: there are no arrays to write to ${path}`);
    await writeFileAtomic(path, await writeNpz(this.#arrays));
  }
}

/** One photo's tensor: all other arrays are without the axis of the batch too. */
function withoutBatch(value: Tensor): Tensor {
  return value.shape.length > 1 && value.shape[0] === 1
    ? { ...value, shape: value.shape.slice(1) }
    : value;
}
