import { StriateError } from "../../base/errors.ts";
import { lazyTensor } from "../../base/lazy-tensor.ts";
import { permute, sameShape } from "../../base/shape.ts";
import { type Tensor, toFloat32 } from "../../base/tensor.ts";
import type { GraphBuilder } from "../../graph/builder.ts";
import type { WeightSpec } from "../../layers/define-layer.ts";
import type { Layer } from "../model.ts";
import { type NetworkWeight, weightToGraph } from "../network.ts";

/** A weight of a layer, and what the graph made of it. */
export interface LoweredWeight {
  layer: Layer;
  name: string;
  weight: NetworkWeight;
  /** In the graph's layout; it is turned when somebody looks. */
  turned: Tensor<"float32">;
}

/**
 * Puts a weight of a layer into the graph.
 *
 * @param path of the weight, which the graph's value is named after
 * @throws StriateError where the file lacks it, or has it in another shape
 */
export function lowerWeight(
  b: GraphBuilder,
  layer: Layer,
  spec: WeightSpec,
  path: string,
): LoweredWeight {
  const value = layer.weights.get(spec.name);
  if (value === undefined) throw new StriateError(`its weight "${spec.name}" is not in the file`);
  if (!sameShape(value.shape, spec.shape))
    throw new StriateError(
      `weight "${spec.name}": expected shape [${spec.shape.join(", ")}], got [${value.shape.join(", ")}]`,
    );
  const order = spec.order ?? spec.shape.map((_, axis) => axis);
  const weight: NetworkWeight = {
    value: b.fresh(path),
    shape: spec.shape,
    order,
    graphShape: spec.graphShape ?? permute(spec.shape, order),
    trainable: spec.trainable,
    initializer: spec.initializer,
    regularizer: spec.regularizer,
    constraint: spec.constraint,
  };
  const turned = lazyTensor(
    "float32",
    weight.graphShape,
    () => toFloat32(weightToGraph(toFloat32(value), weight)).data,
  );
  b.initializer(weight.value, turned);
  return { layer, name: spec.name, weight, turned };
}
