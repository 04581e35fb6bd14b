import { activation } from "./activation.ts";
import { conv1d, conv2d, conv3d } from "./conv.ts";
import type { LayerDefinition } from "./define-layer.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { inputLayer } from "./input-layer.ts";
import {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
} from "./pooling.ts";

/** Every layer class that striate knows. A new layer is one more line here. */
const definitions = [
  inputLayer,
  conv1d,
  conv2d,
  conv3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  dense,
  flatten,
  dropout,
  activation,
] as unknown as LayerDefinition[];

const byClass = new Map<string, LayerDefinition>();
for (const definition of definitions)
  for (const name of [definition.className, ...(definition.aliases ?? [])])
    byClass.set(name, definition);

/**
 * The definition of a Keras layer class, by any of its names.
 *
 * @param module the module that a Keras 3 file names beside the class: `Add` of `keras.layers` takes a
 *   list of tensors, `Add` of `keras.src.ops.numpy` is the operation `x1 + x2`
 */
export const findLayer = (
  className: string,
  _module?: string | null,
): LayerDefinition | undefined => byClass.get(className);

/** All class names, for messages. */
export const layerClassNames = (): string[] => [...byClass.keys()];

/** Adds a layer class of the user's own, so that files with it open. */
export function registerLayer(definition: LayerDefinition): void {
  for (const name of [definition.className, ...(definition.aliases ?? [])])
    byClass.set(name, definition);
}
