import type { Graph } from "../../graph/graph.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import type { KerasModel } from "../../model/model.ts";
import type { Network } from "../../model/network.ts";
import { setModelWeights, setNetworkWeights } from "../model-weights.ts";
import type { Trainable, TrainingNetwork } from "./trainable.ts";

/**
 * A model of Keras layers as something to train.
 *
 * @param network the model as it predicts, where it is lowered already
 */
export function kerasTrainable(model: KerasModel, network: Network = lowerModel(model)): Trainable {
  const training = kerasTraining(model);
  return {
    network,
    training,
    settle(weights) {
      setNetworkWeights(network, weights);
      setModelWeights(model, weights, training.network.weights);
    },
    contents: () => ({ network, keras: model }),
  };
}

/**
 * A model that is measured and never trained: layers that cannot be trained here do not stand in its way.
 *
 * @param network the model as it predicts
 */
export function measuredOnly(model: KerasModel, network: Network): Trainable {
  const training = kerasTraining(model, false);
  return {
    network,
    training,
    settle: () => undefined,
    contents: () => ({ network, keras: model }),
  };
}

/** A model of Keras layers as it behaves in training. */
export function kerasTraining(model: KerasModel, isTraining = true): TrainingNetwork {
  const network = lowerModel(model, { training: isTraining });
  const weights = weightsAsInputs(network.graph, network);
  return { network, weights, couplesBatch: couplesBatch(model) };
}

/** Whether, in training, a row's result depends on the other rows of its batch. */
function couplesBatch(model: KerasModel): boolean {
  return model.layers.some((layer) =>
    layer.model
      ? couplesBatch(layer.model)
      : layer.definition?.couplesBatch === true && layer.config.trainable !== false,
  );
}

/** Turns the weights from constants into inputs, in place; returns them by address. */
function weightsAsInputs(graph: Graph, network: Network): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const [address, { value, graphShape: shape }] of network.weights) {
    graph.initializers.delete(value);
    graph.inputs.push({ name: value, type: "float32", shape });
    inputs.set(address, value);
  }
  return inputs;
}
