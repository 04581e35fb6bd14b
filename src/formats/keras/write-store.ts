import type { KerasModel, Layer } from "../../model/model.ts";
import { type LayerWeights, listWeights } from "../../model/lowering/list-weights.ts";
import { objectName } from "./weights-store.ts";
import { groupAt, newGroup, putArray } from "./write-h5.ts";

type Group = ReturnType<typeof newGroup>;

/**
 * The tree of `model.weights.h5` in a `.keras` file: arrays by the class and number of the object
 * that holds them, `layers/conv2d_1/vars/0`.
 *
 * Source: `_save_state` in keras/src/saving/saving_lib.py
 */
export function storeGroup(model: KerasModel): Group {
  const root = newGroup();
  groupAt(root, ["vars"]);
  const weights = new Map<Layer, LayerWeights>();
  for (const each of listWeights(model).weights) weights.set(each.layer, each);
  putModel(groupAt(root, []), model, weights);
  return root;
}

function putModel(at: Group, model: KerasModel, weights: ReadonlyMap<Layer, LayerWeights>): void {
  const counts = new Map<string, number>();
  for (const layer of model.layers) {
    const isModel = layer.model !== undefined && layer.definition === undefined;
    const own = model.kerasVersion === 3 && !isModel ? layer.sourceClass : undefined;
    const word = objectName(layer, own);
    const count = counts.get(word) ?? 0;
    counts.set(word, count + 1);
    const path = ["layers", count === 0 ? word : `${word}_${count}`];
    if (layer.model)
      putModel(groupAt(at, layer.definition ? [...path, "layer"] : path), layer.model, weights);
    const specs = weights.get(layer)?.specs ?? [];
    const used = new Map<string, number>();
    for (const { name, holder = "", alsoIn } of specs)
      for (const object of alsoIn === undefined ? [holder] : [holder, alsoIn]) {
        const index = used.get(object) ?? 0;
        used.set(object, index + 1);
        const place = [...path, object, "vars", index].filter((part) => part !== "").join("/");
        putArray(at, place, layer.weights.get(name)!);
      }
  }
}
