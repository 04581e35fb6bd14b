import { expect, it } from "vitest";
import { conv2d } from "../../layers/convolution/conv.ts";
import type { KerasModel, Layer, Ref } from "../model.ts";
import { kerasFeature } from "./keras-feature.ts";

const layer = (name: string, more: object = {}): Layer =>
  ({ name, className: "", config: {}, weights: new Map(), ...more }) as unknown as Layer;
const ref = (layer: Layer, call = 0): Ref => ({ layer, call, output: 0 });

/** A model of layers one after the other, each called as often as it stands there. */
function row(...layers: readonly Layer[]): KerasModel {
  const refs = layers.map((each, i) =>
    ref(each, layers.slice(0, i).filter((l) => l === each).length),
  );
  const calls = refs.map((each, i) => ({
    ...{
      layer: each.layer,
      index: each.call,
      inputs: refs.slice(Math.max(0, i - 1), i),
      kwargs: {},
    },
  }));
  const [inputs, outputs] = [refs.slice(0, 1), refs.slice(-1)];
  return { layers: [...new Set(layers)], calls, inputs, outputs } as unknown as KerasModel;
}

it("where a model that is called twice makes the classes, no convolution before it does", () => {
  const stem = layer("stem", { definition: conv2d, weights: new Map([["kernel", {}]]) });
  const inner = layer("classifier", { model: row(layer("inner")) });
  const model = row(layer("photo"), stem, inner, inner);
  const shapes = new Map([[model, () => [null, 4, 4, 3]]]);
  expect(kerasFeature(model, shapes, true).path).toEqual([ref(inner, 1)]);
});
