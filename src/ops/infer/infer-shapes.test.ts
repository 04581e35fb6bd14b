import { describe, expect, it } from "vitest";
import { float32, int64, tensor, type Tensor } from "../../base/tensor.ts";
import { float, type AttributeInput } from "../../graph/attributes.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { type Dim, emptyGraph } from "../../graph/graph.ts";
import { inferShapes } from "./infer-shapes.ts";

/** The shape of one op's output, from the shapes of its inputs and constants. */
function shapeOf(
  op: string,
  inputs: readonly (readonly Dim[] | Tensor)[],
  attributes: Record<string, AttributeInput> = {},
): readonly Dim[] | null {
  const b = new GraphBuilder();
  const names = inputs.map((input, i) =>
    "data" in input ? b.constant(input) : b.input(`x${i}`, input),
  );
  const y = b.op(op, names, attributes);
  inferShapes(b.graph);
  return b.graph.values.get(y)!.shape;
}

describe("shapes of single ops", () => {
  const cases: [
    op: string,
    inputs: Parameters<typeof shapeOf>[1],
    attributes: Record<string, AttributeInput>,
    shape: readonly Dim[],
  ][] = [
    ["Add", [["N", 3, 1], [4]], {}, ["N", 3, 4]],
    [
      "Conv",
      [
        ["N", 3, 150, 150],
        [32, 3, 3, 3],
      ],
      {},
      ["N", 32, 148, 148],
    ],
    [
      "Conv",
      [
        ["N", 3, 15, 14],
        [8, 3, 3, 3],
      ],
      { auto_pad: "SAME_UPPER", strides: [2, 2] },
      ["N", 8, 8, 7],
    ],
    // What keeps its size keeps its symbol.
    [
      "Conv",
      [
        ["N", 3, "H", "W"],
        [8, 3, 3, 3],
      ],
      { pads: [1, 1, 1, 1] },
      ["N", 8, "H", "W"],
    ],
    [
      "Conv",
      [
        ["N", 3, "H", 9],
        [8, 3, 3, 3],
      ],
      {},
      ["N", 8, null, 7],
    ],
    [
      "ConvTranspose",
      [
        ["N", 4, 5, 5],
        [4, 2, 3, 3],
      ],
      { strides: [2, 2], output_padding: [1, 1], group: 2 },
      ["N", 4, 12, 12],
    ],
    ["MaxPool", [["N", 4, 15, 15]], { kernel_shape: [2, 2], strides: [2, 2] }, ["N", 4, 7, 7]],
    [
      "Gemm",
      [
        ["N", 8],
        [2, 8],
      ],
      { transB: 1 },
      ["N", 2],
    ],
    [
      "MatMul",
      [
        ["N", 5, 8],
        [8, 2],
      ],
      {},
      ["N", 5, 2],
    ],
    ["Flatten", [["N", 4, 7, 7]], {}, ["N", 196]],
    ["Reshape", [["N", 4, 7, 7], int64([0, -1])], {}, ["N", 196]],
    ["Reshape", [["N", 4, 7, 7], int64([-1, 196])], {}, ["N", 196]],
    ["ReduceMean", [["N", 4, 7, 7], int64([2, 3])], { keepdims: 0 }, ["N", 4]],
    [
      "Concat",
      [
        ["N", 4, "H"],
        ["N", 3, "H"],
      ],
      { axis: 1 },
      ["N", 7, "H"],
    ],
    [
      "Resize",
      [["N", 4, 5, 5], float32([0], []), float32([4], [1, 1, 2, 3])],
      {},
      ["N", 4, 10, 15],
    ],
    ["Slice", [["N", 10], int64([1]), int64([-1]), int64([1]), int64([2])], {}, ["N", 4]],
    ["Pad", [["N", 3, 4], int64([0, 1, 0, 0, 2, -1])], {}, ["N", 6, 3]],
    [
      "Einsum",
      [
        ["N", 3, 4],
        ["N", 4, 5],
      ],
      { equation: "bij,bjk->bik" },
      ["N", 3, 5],
    ],
  ];
  it.each(cases)("%s (%#)", (op, inputs, attributes, expected) => {
    expect(shapeOf(op, inputs, attributes)).toEqual(expected);
  });
});

describe("sizes that a graph computes", () => {
  it("follows Shape, Gather, Unsqueeze, Concat to the target of a Reshape", () => {
    const b = new GraphBuilder();
    const x = b.input("x", ["N", 4, 7, 7]);
    const batch = b.op("Gather", [b.op("Shape", [x]), b.i64(0)]);
    const target = b.op("Concat", [b.op("Unsqueeze", [batch, b.i64([0])]), b.i64([-1])], {
      axis: 0,
    });
    const y = b.op("Reshape", [x, target]);
    inferShapes(b.graph);
    expect(b.graph.values.get(y)!.shape).toEqual(["N", 196]);
  });

  it("follows the scaled sizes of an Upsample that PyTorch writes", () => {
    const b = new GraphBuilder();
    const x = b.input("x", ["N", 4, 5, 7]);
    const shape = b.op("Shape", [x]);
    const head = b.op("Slice", [shape, b.i64([0]), b.i64([2]), b.i64([0])]);
    const tail = b.op("Slice", [shape, b.i64([2]), b.i64([4]), b.i64([0])]);
    const scaled = b.op("Mul", [b.op("Cast", [tail], { to: 1 }), b.f32([2, 1.5])]);
    const sizes = b.op("Concat", [head, b.op("Cast", [b.op("Floor", [scaled])], { to: 7 })], {
      axis: 0,
    });
    const y = b.op("Resize", [x, "", "", sizes], { mode: "nearest" });
    inferShapes(b.graph);
    expect(b.graph.values.get(y)!.shape).toEqual(["N", 4, 10, 10]);
  });

  it("follows the choice between -1 and a length in an Expand", () => {
    const b = new GraphBuilder();
    const x = b.input("x", [3, 1]);
    const wanted = b.i64([-1, 4]);
    const shape = b.op("Shape", [x]);
    const target = b.op("Where", [b.op("Equal", [wanted, b.i64([-1, -1])]), shape, wanted]);
    const y = b.op("Expand", [x, target]);
    const constants = inferShapes(b.graph);
    expect(b.graph.values.get(y)!.shape).toEqual([3, 4]);
    expect(constants.get(target)).toEqual(int64([3, 4]));
  });

  it("returns the values that turned out to be constant, and no others", () => {
    const b = new GraphBuilder();
    const x = b.input("x", ["N", 4]);
    const shape = b.op("Shape", [x]);
    const second = b.op("Gather", [shape, b.i64(1)]);
    const doubled = b.op("Mul", [second, b.i64(2)]);
    const constants = inferShapes(b.graph);
    expect([...constants.keys()]).toEqual([second, doubled]);
    expect(constants.get(doubled)).toEqual(int64([8], []));
  });
});

describe("what is not known", () => {
  it("leaves the outputs of an unknown op open, and what the file says of them stands", () => {
    const b = new GraphBuilder();
    const x = b.input("x", [2, 3]);
    const y = b.op("Mystery", [x], {}, { domain: "example.org" });
    const z = b.op("Mystery", [x], {}, { domain: "example.org" });
    b.graph.values.set(z, { type: "int64", shape: [2, null] });
    const sum = b.op("Relu", [y]);
    inferShapes(b.graph);
    expect(b.graph.values.get(y)).toEqual({ type: "float32", shape: null });
    expect(b.graph.values.get(sum)).toEqual({ type: "float32", shape: null });
    expect(b.graph.values.get(z)).toEqual({ type: "int64", shape: [2, null] });
  });

  it("fills gaps with what the file says, but trusts its own result more", () => {
    const b = new GraphBuilder();
    const x = b.input("x", ["N", 3, "H", 4]);
    const y = b.op("Conv", [x, b.initializer("w", float32([1, 3, 2, 2], new Float32Array(12)))]);
    b.graph.values.set(y, { type: "float32", shape: [1, 9, 7, 9] });
    inferShapes(b.graph);
    expect(b.graph.values.get(y)!.shape).toEqual(["N", 1, 7, 3]);
  });
});

describe("a contradiction names the node, what was expected and what came", () => {
  it.each<[string, readonly (readonly Dim[])[], Record<string, AttributeInput>, string]>([
    [
      "Conv",
      [
        ["N", 4, 5, 5],
        [8, 3, 3, 3],
      ],
      {},
      'Conv "block1": expected 3 input channels, got 4',
    ],
    [
      "MatMul",
      [
        [2, 3],
        [4, 5],
      ],
      {},
      "3 columns, the right side 4 rows",
    ],
    ["Add", [[2, 3], [4]], {}, "(2, 3) and (4,) do not broadcast"],
    [
      "Concat",
      [
        [2, 3],
        [3, 3],
      ],
      { axis: 1 },
      "cannot be joined along axis 1",
    ],
    ["MaxPool", [[1, 1, 2, 2]], { kernel_shape: [3, 3] }, "covers 3 elements"],
    ["Flatten", [[2, 3]], { axis: 5 }, "axis 5 is outside"],
    ["Selu", [[2]], { alpha: 1 }, 'attribute "alpha" should be of type float, got int'],
  ])("%s of %j", (op, inputs, attributes, message) => {
    const b = new GraphBuilder();
    const names = inputs.map((shape, i) => b.input(`x${i}`, shape));
    b.op(op, names, attributes, { name: "block1" });
    expect(() => inferShapes(b.graph)).toThrow(`${op} "block1": `);
    expect(() => inferShapes(b.graph)).toThrow(message);
  });

  it("a missing input", () => {
    const b = new GraphBuilder();
    b.op("MatMul", [b.input("x", [2, 3])], {}, { name: "dense" });
    expect(() => inferShapes(b.graph)).toThrow('MatMul "dense": input 1 is missing');
  });
});

describe("graphs inside nodes", () => {
  const branch = (prefix: string, shape: readonly number[]) => {
    const b = new GraphBuilder({ ...emptyGraph("branch"), opsets: new Map() }, prefix);
    b.output(b.op("Reshape", ["x", b.i64(shape)]));
    return b.graph;
  };

  it("If has the shape that both branches agree on, from values outside", () => {
    const b = new GraphBuilder();
    b.input("x", [2, 6]);
    const condition = b.input("c", [], "bool");
    const [then_branch, else_branch] = [branch("a/", [3, 4]), branch("b/", [3, 2, 2])];
    const same = b.op("If", [condition], { then_branch, else_branch: branch("c/", [3, -1]) });
    const other = b.op("If", [condition], { then_branch, else_branch });
    inferShapes(b.graph);
    expect(b.graph.values.get(same)!.shape).toEqual([3, 4]);
    expect(b.graph.values.get(other)!.shape).toBeNull();
    expect(then_branch.values.get(then_branch.outputs[0]!.name)!.shape).toEqual([3, 4]);
  });

  it("If forgives a branch that contradicts itself, and follows a known condition", () => {
    const b = new GraphBuilder();
    b.input("x", [2, 6]);
    const impossible = () => branch("", [5, 5]);
    const guarded = b.op("If", [b.input("c", [], "bool")], {
      then_branch: impossible(),
      else_branch: branch("", [3, 4]),
    });
    const known = b.op("If", [b.op("Equal", [b.i64(1), b.i64(2)])], {
      then_branch: branch("", [12]),
      else_branch: branch("", [4, 3]),
    });
    inferShapes(b.graph);
    expect(b.graph.values.get(guarded)!.shape).toEqual([3, 4]);
    expect(b.graph.values.get(known)!.shape).toEqual([4, 3]);
  });

  it("Loop forgets the lengths that change from one iteration to the next", () => {
    const body = new GraphBuilder({ ...emptyGraph("body"), opsets: new Map() }, "body/");
    body.input("i", [], "int64");
    body.input("go", [], "bool");
    const list = body.input("list", []);
    const kept = body.input("kept", []);
    const again = body.op("Identity", ["go"]);
    body.output(again);
    body.output(body.op("Concat", [list, "x"], { axis: 0 }));
    body.output(body.op("Relu", [kept]));
    body.output(body.op("Neg", [kept]));
    const b = new GraphBuilder();
    const x = b.input("x", [1, 3]);
    const [grown, same, stacked] = b.ops(
      "Loop",
      [b.i64(4), b.bool(true), x, x],
      { body: body.graph },
      { outputCount: 3 },
    );
    inferShapes(b.graph);
    expect(b.graph.values.get(grown!)!.shape).toEqual([null, 3]);
    expect(b.graph.values.get(same!)!.shape).toEqual([1, 3]);
    expect(b.graph.values.get(stacked!)!.shape).toEqual([null, 1, 3]);
  });

  it("Loop is refused where it would never end, and where only its body knows, it may", () => {
    const loop = (rounds: number, op: "Identity" | "Not") => {
      const body = new GraphBuilder({ ...emptyGraph("body"), opsets: new Map() }, "body/");
      body.input("i", [], "int64");
      const go = body.input("go", [], "bool");
      body.output(body.op(op, [go]));
      const b = new GraphBuilder();
      b.op("Loop", [b.i64(rounds), b.bool(true)], { body: body.graph }, { name: "l" });
      return () => inferShapes(b.graph);
    };
    expect(loop(2 ** 62, "Identity")).toThrow(
      'Loop "l": 4611686018427388000 rounds of a loop are more than can be',
    );
    for (const rounds of [-1, 0, 4, 2 ** 24]) expect(loop(rounds, "Identity")).not.toThrow();
    expect(loop(2 ** 62, "Not")).not.toThrow();
  });

  it("Scan takes slices and stacks them", () => {
    const body = new GraphBuilder({ ...emptyGraph("body"), opsets: new Map() }, "body/");
    const state = body.input("state", []);
    const element = body.input("element", []);
    const sum = body.op("Add", [state, element]);
    body.output(sum);
    body.output(body.op("Identity", [sum]));
    const b = new GraphBuilder();
    const [last, all] = b.ops(
      "Scan",
      [b.f32([0, 0, 0]), b.input("x", [3, "T"])],
      { body: body.graph, num_scan_inputs: 1, scan_input_axes: [1] },
      { outputCount: 2 },
    );
    inferShapes(b.graph);
    expect(b.graph.values.get(last!)!.shape).toEqual([3]);
    expect(b.graph.values.get(all!)!.shape).toEqual(["T", 3]);
  });
});

it("boxes cut out of a picture are of the size that is said", () => {
  const b = new GraphBuilder();
  const cut = b.op(
    "CropAndResize",
    [
      b.input("x", ["N", 4, 18, 18]),
      b.input("boxes", [3, 4]),
      b.input("indices", [3], "int32"),
      b.constant(tensor("int32", [2], Int32Array.of(5, 7))),
    ],
    {},
    { domain: "com.microsoft" },
  );
  inferShapes(b.graph);
  expect(b.graph.values.get(cut)!.shape).toEqual([3, 4, 5, 7]);
});

describe("types", () => {
  it("come from the op: comparisons, casts, indices, quantised values", () => {
    const b = new GraphBuilder();
    const x = b.input("x", [2, 3]);
    const made = [
      b.op("Greater", [x, b.f32(0)]),
      b.op("Cast", [x], { to: 11 }),
      b.op("ArgMax", [x]),
      b.op("QuantizeLinear", [x, b.f32(0.1), b.constant(tensor("int8", [], Int8Array.of(0)))]),
      b.op("LeakyRelu", [x], { alpha: float(0.1) }),
    ];
    inferShapes(b.graph);
    const types = made.map((name) => b.graph.values.get(name)!.type);
    expect(types).toEqual(["bool", "float64", "int64", "int8", "float32"]);
  });
});
