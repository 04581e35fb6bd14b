import { type Model, StriateError, layers, optimizers, sequential } from "striate";
import type { PlannedLayer, TrainRequest } from "./news.ts";
import { planProblem } from "./plan.ts";

/** The network of a plan, with a head for the classes: one sigmoid for two, else a softmax. */
export function plannedNetwork({ layers: plan, size }: TrainRequest, classes: number): Model {
  const problem = planProblem(plan, size);
  if (problem) throw new StriateError(problem);
  const dense = plan.findIndex(({ kind }) => kind === "dense");
  const flatAt = dense < 0 ? plan.length : dense;
  const made = [...plan.slice(0, flatAt), { kind: "flatten" } as const, ...plan.slice(flatAt)].map(
    (layer, i) => keras(layer, i === 0 ? { inputShape: [size, size, 3] } : {}),
  );
  const head =
    classes === 2
      ? layers.dense({ units: 1, activation: "sigmoid" })
      : layers.dense({ units: classes, activation: "softmax" });
  return sequential([...made, head], { name: "trained_here", seed: 1 });
}

function keras(
  layer: PlannedLayer | { readonly kind: "flatten" },
  first: { readonly inputShape?: readonly number[] },
) {
  switch (layer.kind) {
    case "conv": {
      const { filters, kernel } = layer;
      return layers.conv2d({ filters, kernelSize: kernel, activation: "relu", ...first });
    }
    case "pool":
      return layers.maxPooling2d(first);
    case "norm":
      return layers.batchNormalization(first);
    case "dropout":
      return layers.dropout({ rate: layer.rate, ...first });
    case "flatten":
      return layers.flatten(first);
    case "dense":
      return layers.dense({ units: layer.units, activation: "relu", ...first });
  }
}

export function plannedOptimizer({ optimizer, rate }: TrainRequest) {
  const options = { learningRate: rate };
  if (optimizer === "adam") return optimizers.adam(options);
  if (optimizer === "sgd") return optimizers.sgd({ ...options, momentum: 0.9 });
  return optimizers.rmsprop(options);
}
