import { lazyTensor } from "../../base/lazy-tensor.ts";
import { isIdentityOrder } from "../../base/shape.ts";
import { toFloat32 } from "../../base/tensor.ts";
import type { LoweredWeight } from "./lower-weight.ts";
import { type LowerOptions, lowerModel } from "./lower.ts";
import type { KerasModel } from "../model.ts";
import { type Network, weightToUser } from "../network.ts";

/**
 * Lowers a model that stays with its network: both have the same weights, and each is kept once, as the
 * graph has it. The layers turn a kernel back when somebody looks. What waits in a file is fetched now.
 */
export function lowerShared(
  model: KerasModel,
  options: Pick<LowerOptions, "origin"> = {},
): Network {
  return lowerModel(model, { ...options, onWeight: share });
}

function share({ layer, name, weight, turned }: LoweredWeight): void {
  const { data } = turned;
  layer.weights.set(
    name,
    isIdentityOrder(weight.order)
      ? { type: "float32", shape: weight.shape, data }
      : lazyTensor("float32", weight.shape, () => toFloat32(weightToUser(turned, weight)).data),
  );
}
