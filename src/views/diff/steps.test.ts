import { expect, it } from "vitest";
import type { LayerKind } from "../../layers/define-layer.ts";
import type { Network, NetworkLayer, Port } from "../../model/network.ts";
import { stepsOf } from "./steps.ts";

const port = (value: string): Port => ({
  name: value,
  value,
  type: "float32",
  shape: [1, 4, 4, 2],
  order: [0, 1, 2, 3],
});

/** Layers one behind the other, each with the weights that it names. */
function chain(...layers: [className: string, kind: LayerKind, ...weights: string[]][]): Network {
  const made = layers.map(([className, kind, ...weights], i): NetworkLayer => {
    const parameters = { trainable: 0, fixed: 0 };
    const [reads, outputs] = [[`v${i}`], [port(`v${i + 1}`)]];
    const address = `layer${i}`;
    return {
      address,
      className,
      kind,
      inbound: [],
      reads,
      outputs,
      weights,
      parameters,
      config: {},
    };
  });
  return { inputs: [port("v0")], layers: made } as unknown as Network;
}

const partsOf = (network: Network) =>
  stepsOf(network).map(({ family, part, parts }) => [family, `${part + 1} of ${parts}`]);

it.each([
  ["ONNX", ["Conv", "Add", "Sigmoid"]],
  ["TensorFlow", ["Conv2D", "BiasAdd", "Sigmoid"]],
  ["TFLite", ["CONV_2D", "ADD", "LOGISTIC"]],
  ["codes in ONNX", ["ConvInteger", "Add", "QLinearSigmoid"]],
])("a convolution, its bias and a sigmoid are the same in the words of %s", (_, words) => {
  const [conv, bias, sigmoid] = words as [string, string, string];
  expect(
    partsOf(chain([conv, "convolution", "k"], [bias, "arithmetic", "b"], [sigmoid, "activation"])),
  ).toEqual([
    ["linear", "1 of 2"],
    ["linear", "2 of 2"],
    ["activation sigmoid", "1 of 1"],
  ]);
});
