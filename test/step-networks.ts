import { Random } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { type Tensor, float32, tensor } from "../src/base/tensor.ts";
import { addGradient } from "../src/gradient/gradient.ts";
import { GraphBuilder } from "../src/graph/builder.ts";
import type { Graph } from "../src/graph/graph.ts";
import { withOutputs } from "../src/graph/outputs.ts";
import { inferShapes } from "../src/ops/infer/infer-shapes.ts";

/** The plain graph of a training step of a small network, with numbers to run it on. */
export interface StepNetwork {
  graph: Graph;
  rows: number;
  /** Graph inputs whose first axis is the batch. */
  inputs: string[];
  feeds: Record<string, Tensor>;
}

/** Writes layers: each takes a value and returns the next one. Weights are graph inputs. */
export class Layers {
  readonly b = new GraphBuilder();
  readonly feeds: Record<string, Tensor> = {};
  readonly weights: string[] = [];
  readonly random = new Random(3);
  readonly rows: number;

  constructor(rows: number) {
    this.rows = rows;
  }

  weight(shape: readonly number[], scale: number): string {
    const name = this.b.input(`weight${this.weights.length}`, shape);
    this.weights.push(name);
    this.feeds[name] = float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => this.random.normal(0, scale)),
    );
    return name;
  }

  conv(
    x: string,
    from: number,
    to: number,
    o: {
      kernel?: number;
      stride?: number;
      pad?: number;
      group?: number;
      dilation?: number;
      bias?: boolean;
    } = {},
  ): string {
    const { kernel = 3, stride = 1, pad = 0, group = 1, dilation = 1, bias = true } = o;
    const each = from / group;
    const w = this.weight([to, each, kernel, kernel], (2 / (each * kernel * kernel)) ** 0.5);
    return this.b.op("Conv", [x, w, ...(bias ? [this.weight([to], 0.1)] : [])], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads: [pad, pad, pad, pad],
      group,
    });
  }

  relu(x: string): string {
    return this.b.op("Relu", [x]);
  }

  pool(x: string, o: { op?: string; kernel?: number; stride?: number; pad?: number } = {}): string {
    const { op = "MaxPool", kernel = 2, stride = kernel, pad = 0 } = o;
    return this.b.op(op, [x], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  /** Scaled and shifted by the statistics of the batch, as BatchNormalization does in training. */
  batchNorm(x: string, channels: number): string {
    const { b } = this;
    const axes = b.i64([0, 2, 3]);
    const mean = b.op("ReduceMean", [x, axes]);
    const centred = b.op("Sub", [x, mean]);
    const variance = b.op("ReduceMean", [b.op("Mul", [centred, centred]), axes]);
    const deviation = b.op("Sqrt", [b.op("Add", [variance, b.f32(1e-3)])]);
    const scaled = b.op("Div", [b.op("Sub", [x, mean]), deviation]);
    const [gamma, beta] = [1, 0.1].map((scale) => this.weight([1, channels, 1, 1], scale));
    return b.op("Add", [b.op("Mul", [scaled, gamma!]), beta!]);
  }

  /** A dense head of one unit behind a dropout mask. */
  head(x: string, features: number): string {
    const { b, rows } = this;
    const mask = b.input("mask", [rows, features]);
    this.feeds[mask] = float32(
      [rows, features],
      Float32Array.from({ length: rows * features }, () => (this.random.uniform() < 0.5 ? 0 : 2)),
    );
    const dropped = b.op("Mul", [b.op("Flatten", [x], { axis: 1 }), mask]);
    const hidden = b.op("Gemm", [
      dropped,
      this.weight([features, 8], features ** -0.5),
      this.weight([8], 0.1),
    ]);
    return b.op("Gemm", [this.relu(hidden), this.weight([8, 1], 0.5), this.weight([1], 0.1)]);
  }
}

/**
 * A network with the loss `sum of weight (softplus(z) - z y)` and all gradients of its weights.
 *
 * @param picture channels and side of the input; it comes as bytes when `asBytes`
 */
export function stepNetwork(
  rows: number,
  picture: readonly [channels: number, side: number],
  write: (layers: Layers, x: string) => string,
  asBytes = false,
): StepNetwork {
  const layers = new Layers(rows);
  const { b, feeds, random } = layers;
  const [channels, side] = picture;
  const shape = [rows, channels, side, side];
  const bytes = Uint8Array.from({ length: sizeOf(shape) }, (_, i) =>
    // A flat area, where all elements of a pool's window are equal.
    i % side < side / 3 ? 128 : random.uniform() * 256,
  );
  let x = b.input("x", shape, asBytes ? "uint8" : "float32");
  feeds.x = asBytes
    ? tensor("uint8", shape, bytes)
    : float32(
        shape,
        Float32Array.from(bytes, (byte) => byte / 255),
      );
  if (asBytes) x = b.op("Mul", [b.op("Cast", [x], { to: 1 }), b.f32(1 / 255)]);
  const y = b.input("y", [rows, 1]);
  const weight = b.input("row_weight", [rows, 1]);
  feeds.y = float32(
    [rows, 1],
    Float32Array.from({ length: rows }, (_, i) => i % 2),
  );
  feeds.row_weight = float32(
    [rows, 1],
    Float32Array.from({ length: rows }, (_, i) => (1 + (i % 3)) / rows),
  );
  const logit = write(layers, x);
  const losses = b.op("Sub", [b.op("Softplus", [logit]), b.op("Mul", [logit, y])]);
  const loss = b.op("ReduceSum", [b.op("Mul", [losses, weight])], { keepdims: 0 });
  const { graph, gradients } = addGradient(b.graph, { of: loss, wrt: layers.weights });
  const whole = withOutputs(graph, [loss, logit, ...gradients.values()]);
  inferShapes(whole);
  const inputs = ["x", "y", "row_weight", ...("mask" in feeds ? ["mask"] : [])];
  return { graph: whole, rows, inputs, feeds };
}

/** Networks of the shapes that occur, each small. */
export const stepNetworks: Record<string, () => StepNetwork> = {
  "convolutions and pools, odd maps": () =>
    stepNetwork(4, [3, 37], (n, x) => {
      let h = n.pool(n.relu(n.conv(x, 3, 16)));
      h = n.pool(n.relu(n.conv(h, 16, 32)));
      return n.head(n.pool(n.relu(n.conv(h, 32, 32))), 32 * 2 * 2);
    }),
  "bytes as input, padding, wide layers": () =>
    stepNetwork(
      4,
      [3, 16],
      (n, x) => {
        let h = n.pool(n.relu(n.conv(x, 3, 32, { pad: 1 })));
        h = n.relu(n.conv(h, 32, 80, { pad: 1 }));
        return n.head(n.pool(n.relu(n.conv(h, 80, 96, { pad: 1 }))), 96 * 4 * 4);
      },
      true,
    ),
  "a residual block and a global mean": () =>
    stepNetwork(4, [16, 12], (n, x) => {
      const inner = n.conv(n.relu(n.conv(x, 16, 16, { pad: 1 })), 16, 16, { pad: 1 });
      const sum = n.relu(n.b.op("Add", [inner, x]));
      return n.head(n.b.op("GlobalAveragePool", [sum]), 16);
    }),
  "branches that are joined": () =>
    stepNetwork(6, [3, 14], (n, x) => {
      const stem = n.relu(n.conv(x, 3, 16));
      const parts = [
        n.relu(n.conv(stem, 16, 16, { kernel: 1 })),
        n.relu(n.conv(stem, 16, 32, { kernel: 5, pad: 2 })),
        n.pool(stem, { op: "AveragePool", kernel: 3, stride: 1, pad: 1 }),
      ];
      const joined = n.b.op("Concat", parts, { axis: 1 });
      return n.head(n.pool(joined, { kernel: 3, stride: 3 }), 64 * 4 * 4);
    }),
  "strides, dilation, other activations": () =>
    stepNetwork(4, [3, 23], (n, x) => {
      let h = n.b.op("LeakyRelu", [n.conv(x, 3, 16, { kernel: 5, stride: 2 })]);
      h = n.b.op("Tanh", [n.conv(h, 16, 16, { dilation: 2 })]);
      return n.head(n.b.op("Sigmoid", [n.conv(h, 16, 8, { stride: 2, pad: 1 })]), 8 * 3 * 3);
    }),
  "depthwise and pointwise convolutions": () =>
    stepNetwork(4, [3, 14], (n, x) => {
      let h = n.relu(n.conv(x, 3, 16, { stride: 2, pad: 1 }));
      h = n.relu(n.conv(h, 16, 16, { group: 16, pad: 1 }));
      h = n.relu(n.conv(h, 16, 32, { kernel: 1 }));
      h = n.relu(n.conv(h, 32, 32, { group: 32, stride: 2, pad: 1 }));
      return n.head(h, 32 * 4 * 4);
    }),
  "pools that overlap": () =>
    stepNetwork(4, [3, 15], (n, x) => {
      const h = n.pool(n.relu(n.conv(x, 3, 16)), { kernel: 3, stride: 2, pad: 1 });
      return n.head(n.relu(n.conv(h, 16, 16)), 16 * 5 * 5);
    }),
  "a batch that is normalised": () =>
    stepNetwork(4, [3, 14], (n, x) => {
      // A bias would be taken out again, and its gradient would be nothing but rounding.
      const plain = { pad: 1, bias: false };
      let h = n.relu(n.batchNorm(n.conv(x, 3, 16, plain), 16));
      h = n.relu(n.batchNorm(n.conv(n.pool(h), 16, 32, plain), 32));
      return n.head(n.b.op("GlobalAveragePool", [h]), 32);
    }),
  "maps that are weighed by what they hold": () =>
    stepNetwork(4, [3, 10], (n, x) => {
      const { b } = n;
      const plain = { pad: 1, bias: false };
      const h = n.relu(n.batchNorm(n.conv(x, 3, 16, plain), 16));
      const squeezed = n.conv(b.op("GlobalAveragePool", [h]), 16, 16, { kernel: 1 });
      const cut = b.op("Min", [n.relu(b.op("Add", [squeezed, b.f32(3)])), b.f32(6)]);
      const weighed = b.op("Mul", [h, b.op("Mul", [cut, b.f32(1 / 6)])]);
      const last = n.relu(n.batchNorm(n.conv(weighed, 16, 16, plain), 16));
      return n.head(b.op("GlobalAveragePool", [last]), 16);
    }),
  "no dense layer behind the pictures": () =>
    stepNetwork(3, [3, 9], (n, x) => {
      const maps = n.conv(n.relu(n.conv(x, 3, 16)), 16, 1);
      const mean = n.b.op("GlobalAveragePool", [maps]);
      return n.b.op("Reshape", [mean, n.b.i64([3, 1])]);
    }),
};
