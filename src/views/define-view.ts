import type { Fields, Values } from "../base/fields.ts";
import type { Tensor } from "../base/tensor.ts";
import type { RunningNetwork } from "../model/running.ts";
import type { Picture } from "../plot/picture.ts";

/** A photo as a view gets it. */
export interface ViewPhoto {
  /** For titles and file names: the file's name without its folder and ending. */
  name: string;
  /** The network's inputs in the user's layout, by name. */
  feeds: Readonly<Record<string, Tensor>>;
}

/** A picture with the name that it is saved under. */
export interface NamedPicture {
  name: string;
  picture: Picture;
}

/**
 * A way of seeing. `compute` gives numbers, `draw` gives pictures of them: a library user calls
 * `compute` alone; the command line and the page add `draw`, and derive their flags and controls
 * from `fields`.
 */
export interface ViewDefinition<F extends Fields, R> {
  id: string;
  title: string;
  fields: F;
  compute(target: RunningNetwork, photos: readonly ViewPhoto[], options: Values<F>): Promise<R>;
  /** One picture after the other, each drawn when it is asked for: together they may be large. */
  draw(result: R, options: Values<F>): Iterable<NamedPicture>;
}

export function defineView<const F extends Fields, R>(
  definition: ViewDefinition<F, R>,
): ViewDefinition<F, R> {
  return definition;
}
