import { float } from "../../graph/attributes.ts";
import { distinct, type Sample, uniform } from "../samples.ts";

// Numbers that lie apart, so that no difference steps over a corner at 0 or at a threshold.
const x = () => distinct([2, 5], 0.33);
const wide = () => distinct([2, 6], 1.1);

export const activationSamples: readonly Sample[] = [
  { op: "Relu", inputs: [x()] },
  { op: "LeakyRelu", inputs: [x()] },
  { op: "LeakyRelu", attributes: { alpha: float(0.3) }, inputs: [x()] },
  { op: "PRelu", inputs: [x(), uniform([5])] },
  { op: "PRelu", title: "a slope a channel", inputs: [distinct([2, 3, 4], 0.2), uniform([3, 1])] },
  { op: "Sigmoid", inputs: [x()] },
  { op: "Elu", inputs: [x()] },
  { op: "Elu", attributes: { alpha: float(0.6) }, inputs: [x()] },
  { op: "Selu", inputs: [x()] },
  { op: "Celu", type: "float32", attributes: { alpha: float(0.7) }, inputs: [x()] },
  { op: "Softplus", inputs: [x()] },
  { op: "Softsign", inputs: [x()] },
  { op: "HardSigmoid", inputs: [wide()] },
  { op: "HardSigmoid", attributes: { alpha: float(0.3), beta: float(0.4) }, inputs: [wide()] },
  { op: "HardSwish", inputs: [wide()] },
  { op: "Swish", opset: 24, inputs: [x()] },
  { op: "Swish", opset: 24, attributes: { alpha: float(1.7) }, inputs: [x()] },
  { op: "Mish", inputs: [x()] },
  { op: "Gelu", opset: 20, inputs: [x()] },
  { op: "Gelu", opset: 20, attributes: { approximate: "tanh" }, inputs: [x()] },
  { op: "ThresholdedRelu", attributes: { alpha: float(0.5) }, inputs: [x()] },
  { op: "Shrink", attributes: { lambd: float(0.5), bias: float(0.2) }, inputs: [x()] },
];
