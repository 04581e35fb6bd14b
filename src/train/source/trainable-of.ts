import { StriateError } from "../../base/errors.ts";
import type { OpenedModel } from "../../formats/format.ts";
import { requireOutputs } from "../../model/lowering/left-out.ts";
import type { Network } from "../../model/network.ts";
import { findOp } from "../../ops/index.ts";
import { chosenWeights } from "./chosen-weights.ts";
import { graphTrainable } from "./graph-trainable.ts";
import { freezeLayers } from "./keras-freeze.ts";
import { kerasTrainable } from "./keras-trainable.ts";
import type { Trainable } from "./trainable.ts";
import { untieWeights } from "./untie-weights.ts";
import { withFrozenFront } from "./with-frozen-front.ts";

/** What of a model is trained. */
export interface TrainChoice {
  /**
   * What is trained: `all`, `head` (the layers behind the last pooled or flattened value), or layers by name or
   * glob; by default what the file says: all that it does not freeze.
   */
  readonly train?: string;
  /** [height, width] of the photos, where the network takes any size. */
  readonly size?: readonly [number, number];
}

/**
 * A model of any file as something to train: its Keras layers where it has them, else its graph.
 *
 * @throws StriateError where it cannot be trained: its numbers are codes, a part of it cannot be run
 */
export function trainableOf(opened: OpenedModel, { train, size }: TrainChoice = {}): Trainable {
  const { network, keras } = opened;
  checkTrainable(network);
  if (keras === undefined) untieWeights(network);
  const chosen = train === undefined && keras ? undefined : chosenWeights(network, train ?? "all");
  if (keras === undefined) {
    const choice = { trained: chosen!, ...(size && { size }) };
    return withFrozenFront(graphTrainable(network, choice));
  }
  if (chosen) freezeLayers(keras, chosen);
  const trainable = kerasTrainable(keras, network);
  tellFrozen(network, trainable.training.network);
  return withFrozenFront(trainable);
}

/** A network that was lowered before its layers were frozen hears of it, for its summary. */
function tellFrozen(network: Network, training: Network): void {
  for (const [address, { trainable }] of training.weights)
    Object.assign(network.weights.get(address) ?? {}, { trainable });
  const parameters = new Map(training.layers.map((layer) => [layer.address, layer.parameters]));
  for (const layer of network.layers)
    layer.parameters = parameters.get(layer.address) ?? layer.parameters;
}

/** @throws StriateError that says why a network cannot be trained */
function checkTrainable(network: Network): void {
  requireOutputs(network);
  const { graph, weights, origin, name, lostOutputs = [] } = network;
  const file = origin.file ?? name;
  if (lostOutputs.length > 0)
    throw new StriateError(
      `${file}: its output ${lostOutputs.map((each) => `"${each}"`).join(", ")} cannot be computed, so that there ` +
        `is nothing to train it by; --head new puts a head behind what can`,
    );
  const codes = [...weights.values()].some(({ value }) => {
    const type = graph.initializers.get(value)?.type;
    return type !== undefined && !/^(float|bfloat|double)/.test(type);
  });
  const coded = graph.nodes.some(({ domain, op }) => findOp(domain, op)?.quantises);
  if (codes || coded)
    throw new StriateError(
      `${file}: is quantised, and codes of whole numbers cannot be trained; fine-tune the float network, and ` +
        "quantise what comes out",
    );
}
