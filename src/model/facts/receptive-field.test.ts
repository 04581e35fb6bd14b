import { describe, expect, it } from "vitest";
import { describeShared, shared, sharedJson } from "../../../test/shared.ts";
import { float32, int64 } from "../../base/tensor.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { emptyGraph } from "../../graph/graph.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import { openModel } from "../../api/open-model.ts";
import { runtime } from "../../runtime/node/index.ts";
import type { Network } from "../network.ts";
import { type ReceptiveField, receptiveFields } from "./receptive-field.ts";
import { RunningNetwork } from "../running.ts";

/** Rows of the picture. */
const ROWS = 24;
const COLUMNS = 20;

/** A network of what `write` makes of a picture `[N, channels, ROWS, COLUMNS]`. */
function network(
  write: (b: GraphBuilder, x: string) => string,
  shape = [1, ROWS, COLUMNS],
): Network {
  const graph = emptyGraph("picture");
  graph.opsets.set("", 21);
  const b = new GraphBuilder(graph);
  b.input("x", ["N", ...shape]);
  const y = write(b, "x");
  b.output(y, null);
  inferShapes(graph);
  const port = (value: string) => {
    const all = value === "x" ? ["N", ...shape] : (graph.values.get(value)?.shape ?? []);
    return { name: value, value, type: "float32", shape: all, order: all.map((_, i) => i) };
  };
  const network = { name: "net", graph, inputs: [port("x")], outputs: [port(y)], origin: {} };
  return network as unknown as Network;
}

/** The field of a network's output. */
const fieldOf = (net: Network): ReceptiveField | undefined =>
  receptiveFields(net).get(net.outputs[0]!.value);

const ones = (b: GraphBuilder, shape: readonly number[]) =>
  b.constant(float32(shape, new Float32Array(shape.reduce((n, each) => n * each, 1)).fill(1)));

const conv = (b: GraphBuilder, x: string, kernel: number, more = {}) =>
  b.op("Conv", [x, ones(b, [1, 1, kernel, kernel])], more);

/**
 * The rows that reach each row of the output, found by running: the picture is black but for one row,
 * and all weights are positive.
 */
async function seenRows(net: Network, axis = 2): Promise<(readonly [number, number])[]> {
  const running = new RunningNetwork(net, runtime, { threads: 1 });
  const shape = [ROWS, ...net.inputs[0]!.shape.slice(1)] as number[];
  const each = shape.slice(1).reduce((n, length) => n * length, 1);
  const inner = shape.slice(axis + 1).reduce((n, length) => n * length, 1);
  const x = new Float32Array(ROWS * each).map((_, i) => {
    const [picture, row] = [Math.floor(i / each), Math.floor((i % each) / inner) % ROWS];
    return picture === row ? 1 : 0;
  });
  const [y] = await running.run({ x: float32(shape, x) }, [net.outputs[0]!.value]);
  await running.release();
  const [, , height] = y!.shape as [number, number, number, number];
  const [size, width] = [y!.data.length / ROWS, y!.shape[3]!];
  return Array.from({ length: height }, (_, row) => {
    const seen = Array.from({ length: ROWS }, (_, picture) => picture).filter((picture) =>
      Array.from({ length: size }, (_, i) => i).some(
        (i) =>
          Math.floor(i / width) % height === row &&
          Number((y!.data as Float32Array)[picture * size + i]) > 1e-6,
      ),
    );
    return [seen[0] ?? -1, seen.at(-1) ?? -1] as const;
  });
}

const resize = (b: GraphBuilder, x: string, scale: number, more: Record<string, string | number>) =>
  b.op("Resize", [x, "", b.f32([1, 1, scale, scale])], more);

const cases: Record<string, (b: GraphBuilder, x: string) => string> = {
  "a dilated convolution": (b, x) => conv(b, x, 3, { dilations: [3, 3], pads: [3, 3, 3, 3] }),
  "strides and SAME": (b, x) =>
    conv(b, conv(b, x, 3, { strides: [2, 2], auto_pad: "SAME_UPPER" }), 3, {
      auto_pad: "SAME_LOWER",
    }),
  "nearest upsampling by 2": (b, x) =>
    resize(b, conv(b, x, 3), 2, {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
  "a convolution behind nearest upsampling": (b, x) =>
    conv(b, resize(b, conv(b, x, 3), 2, { mode: "nearest" }), 2),
  "bilinear upsampling by 3": (b, x) => resize(b, conv(b, x, 3), 3, { mode: "linear" }),
  "bilinear with aligned corners": (b, x) =>
    b.op("Resize", [x, "", "", b.i64([47, 39])], {
      axes: [2, 3],
      mode: "linear",
      coordinate_transformation_mode: "align_corners",
    }),
  "a smaller picture": (b, x) => conv(b, resize(b, x, 0.5, { mode: "linear" }), 2),
  "a smaller picture, smoothed": (b, x) => resize(b, x, 1 / 3, { mode: "linear", antialias: 1 }),
  "a transposed convolution": (b, x) =>
    b.op("ConvTranspose", [conv(b, x, 2, { strides: [2, 2] }), ones(b, [1, 1, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      output_padding: [1, 1],
    }),
  "a transposed convolution of stride 3 and dilation 2": (b, x) =>
    b.op("ConvTranspose", [x, ones(b, [1, 1, 4, 4])], { strides: [3, 3], dilations: [2, 2] }),
  "pads and crops": (b, x) => {
    const padded = b.op("Pad", [x, b.i64([0, 0, 2, 1, 0, 0, 3, 1])]);
    return conv(b, b.op("Slice", [padded, b.i64([1, 4]), b.i64([-2, 100]), b.i64([2, 3])]), 3);
  },
  "every other row": (b, x) => b.op("Slice", [x, b.i64([1]), b.i64([100]), b.i64([2]), b.i64([2])]),
  "branches that meet": (b, x) =>
    b.op("Add", [conv(b, x, 7, { pads: [3, 3, 3, 3] }), conv(b, x, 3, { pads: [1, 1, 1, 1] })]),
  "branches of unequal growth": (b, x) => {
    const small = conv(b, x, 3, { strides: [2, 2], pads: [1, 1, 1, 1] });
    const back = b.op("Resize", [small, "", "", b.i64([ROWS, COLUMNS])], {
      axes: [2, 3],
      mode: "linear",
    });
    return b.op("Concat", [back, x], { axis: 1 });
  },
  "colours flipped as PyTorch's exporter writes it": (b, x) => {
    const front = b.op("Transpose", [x], { perm: [1, 0, 2, 3] });
    const flipped = b.op("GatherND", [front, b.constant(int64([0], [1, 1]))]);
    return conv(b, b.op("Transpose", [flipped], { perm: [1, 0, 2, 3] }), 3);
  },
  "channels last": (b, x) => {
    const last = b.op("Transpose", [x], { perm: [0, 2, 3, 1] });
    const scaled = b.op("MatMul", [last, ones(b, [1, 1])]);
    return conv(b, b.op("Transpose", [scaled], { perm: [0, 3, 1, 2] }), 3);
  },
};

it("a field that repeats after millions of places counts as not known, and what is before it is known", () => {
  const net = network((b, x) => {
    const seen = conv(b, x, 3);
    const large = b.op("Resize", [seen, "", "", b.i64([1, 1, 16_711_685, 18])], {
      mode: "linear",
      coordinate_transformation_mode: "asymmetric",
    });
    return b.op("Relu", [large]);
  });
  expect(fieldOf(net)).toBeUndefined();
  const [first] = net.graph.nodes[0]!.outputs;
  expect(receptiveFields(net).get(first!)).toMatchObject([{ size: 3 }, { size: 3 }]);
});

describe("what is seen is what reaches the output when it runs", () => {
  for (const [name, write] of Object.entries(cases))
    it(name, async () => {
      const net = network(write);
      const seen = await seenRows(net);
      const field = fieldOf(net);
      if (field === undefined || field === "all") throw new Error(`no field: ${field}`);
      for (const [i, [first, last]] of seen.entries()) {
        const [from, to] = field[0]!.range(i);
        const inside = from >= 0 && to < ROWS;
        // At the border gaps of a dilation, and rows that stand for the padding, may be seen less of.
        if (from > to) expect([i, first, last]).toEqual([i, -1, -1]);
        else if (inside) expect([i, first, last]).toEqual([i, from, to]);
        else if (first >= 0) expect([i, first >= from, last <= to]).toEqual([i, true, true]);
      }
    });
});

describe("numbers of a field", () => {
  const sized = (write: (b: GraphBuilder, x: string) => string) => {
    const field = fieldOf(network(write));
    return field === "all" || field === undefined
      ? field
      : { size: field[0]!.size, step: field[0]!.step, firstCentre: field[0]!.firstCentre };
  };

  it("upsampling makes steps smaller, and no field larger", () => {
    const pool = (b: GraphBuilder, x: string) =>
      b.op("MaxPool", [conv(b, x, 3)], { kernel_shape: [2, 2] });
    expect(sized(pool)).toEqual({ size: 4, step: 1, firstCentre: 1.5 });
    expect(sized((b, x) => resize(b, pool(b, x), 2, { mode: "nearest" }))).toEqual({
      size: 4,
      step: 0.5,
      firstCentre: 1.25,
    });
  });

  it("pixels that become channels are seen together", () => {
    const write = (b: GraphBuilder, x: string) => b.op("SpaceToDepth", [x], { blocksize: 2 });
    expect(sized(write)).toEqual({ size: 2, step: 2, firstCentre: 0.5 });
    const back = (b: GraphBuilder, x: string) =>
      b.op("DepthToSpace", [write(b, x)], { blocksize: 2 });
    expect(sized(back)).toEqual({ size: 2, step: 1, firstCentre: 0 });
  });

  it("global pools, flattened maps, norms over space and products see all", () => {
    const global = (b: GraphBuilder, x: string) => b.op("GlobalAveragePool", [x]);
    expect(sized(global)).toBe("all");
    expect(sized((b, x) => b.op("Flatten", [conv(b, x, 3)]))).toBe("all");
    expect(sized((b, x) => b.op("InstanceNormalization", [x, ones(b, [1]), ones(b, [1])]))).toBe(
      "all",
    );
    // Squeeze and excite: each pixel is scaled by what all of them make.
    expect(sized((b, x) => b.op("Mul", [x, b.op("Sigmoid", [global(b, x)])]))).toBe("all");
    expect(sized((b, x) => b.op("Softmax", [x], { axis: 1 }))).toMatchObject({ size: 1 });
    expect(sized((b, x) => b.op("Softmax", [x], { axis: 2 }))).toBe("all");
  });

  it("what an op that nobody knows makes has none, nor what follows from shapes alone", () => {
    const strange = network((b, x) => b.op("Strange", [x], {}, { domain: "my.ops" }));
    expect(fieldOf(strange)).toBeUndefined();
    expect(sized((b, x) => b.op("Shape", [x]))).toBeUndefined();
  });
});

interface Golden {
  size: number;
  jump: number;
  first_centre: number;
  map: number;
  at: number;
  from: number;
  to: number;
}

describeShared("golden/views/index.json", "reference receptive fields", () => {
  const golden = sharedJson<{ receptive_fields: Record<string, Record<string, Golden>> }>(
    "golden/views/index.json",
  ).receptive_fields;
  const files: Record<string, readonly string[]> = {
    tutorial: ["models/tutorial/cat_vs_dog.h5"],
    residual: [
      "golden/views/residual.keras",
      "golden/views/residual.h5",
      "golden/views/residual.onnx",
    ],
  };
  for (const [name, paths] of Object.entries(files))
    for (const path of paths)
      it(path, async () => {
        const { network } = await openModel(shared(path));
        const fields = receptiveFields(network);
        const pixels = name === "tutorial" ? 150 : 64;
        for (const [address, expected] of Object.entries(golden[name]!)) {
          const value = path.endsWith(".onnx")
            ? address
            : network.layers.find((layer) => layer.address === address)!.outputs[0]!.value;
          const field = fields.get(value);
          if (field === "all" || field === undefined) throw new Error(`${address}: ${field}`);
          for (const axis of field) {
            const [from, to] = axis.range(expected.at);
            expect({
              address,
              size: axis.size,
              jump: axis.step,
              first_centre: axis.firstCentre,
              from: Math.max(0, from),
              to: Math.min(pixels - 1, to),
            }).toEqual({
              address,
              size: expected.size,
              jump: expected.jump,
              first_centre: expected.first_centre,
              from: expected.from,
              to: expected.to,
            });
          }
        }
      });
});
