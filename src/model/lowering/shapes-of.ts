import type { CallArguments } from "../../layers/arguments.ts";
import type { KerasShape } from "../../layers/define-layer.ts";
import type { Layer } from "../model.ts";

/**
 * The output shapes of a layer, always as a list.
 *
 * @param inner shapes that the model inside puts out, for a wrapper that holds one
 */
export function shapesOf(
  layer: Layer,
  inputs: readonly KerasShape[],
  call: CallArguments = { kwargs: {} },
  inner?: readonly KerasShape[],
): KerasShape[] {
  const shapes = layer.definition!.outputShape(layer.config, inputs, call, inner);
  return Array.isArray(shapes[0]) ? (shapes as KerasShape[]) : [shapes as KerasShape];
}
