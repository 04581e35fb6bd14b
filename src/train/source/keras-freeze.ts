import type { KerasModel } from "../../model/model.ts";

/**
 * Freezes all layers with weights but those that are to be trained, as `layer.trainable = False` does in
 * Keras: batch normalisation of a frozen layer keeps its statistics. A file of the model says so too.
 *
 * @param chosen addresses of the weights to train
 */
export function freezeLayers(model: KerasModel, chosen: ReadonlySet<string>, path = ""): void {
  for (const layer of model.layers) {
    const address = `${path}${layer.name}`;
    if (layer.model) freezeLayers(layer.model, chosen, `${address}/`);
    if (layer.weights.size === 0) continue;
    const trainable = [...layer.weights.keys()].some((name) => chosen.has(`${address}/${name}`));
    layer.config = { ...layer.config, trainable };
    layer.raw = { ...layer.raw, trainable };
  }
}
