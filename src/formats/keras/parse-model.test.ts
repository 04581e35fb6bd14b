import { describe, expect, it } from "vitest";
import { leaveOut } from "../../model/lowering/leave-out.ts";
import { lowerModel } from "../../model/lowering/lower.ts";
import type { KerasModel } from "../../model/model.ts";
import { kerasWriter } from "./keras-writer.ts";
import { listWeights } from "../../model/lowering/list-weights.ts";
import { parseKerasModel } from "./parse-model.ts";

type Json = Record<string, unknown>;

/** A layer as Keras 2 writes it, called once on the named layers. */
function layer(className: string, config: Json, ...inbound: unknown[]): Json {
  return { class_name: className, name: config.name, config, inbound_nodes: inbound };
}
const input = (name: string, shape: (number | null)[] = [null, 4]) =>
  layer("InputLayer", { name, batch_input_shape: shape });
const dense = (name: string, ...inbound: unknown[]) =>
  layer("Dense", { name, units: 2 }, ...inbound);
const from = (name: string, node = 0, kwargs: Json = {}) => [name, node, 0, kwargs];
/** A tensor among the arguments of a call, as Keras 3 writes it. */
const tensor = (name: string) => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, 4], dtype: "float32", keras_history: [name, 0, 0] },
});

function functional(layers: Json[], outputs: unknown[], inputs: unknown[] = [["x", 0, 0]]): Json {
  const config = { name: "m", layers, input_layers: inputs, output_layers: outputs };
  return { class_name: "Functional", config };
}

const parse = (config: unknown, kerasVersion: 1 | 2 | 3 = 2) =>
  parseKerasModel(config, { kerasVersion });
const callsOf = (model: KerasModel) =>
  model.calls.map(
    ({ layer: { name }, index, inputs }) =>
      `${name}[${index}](${inputs.map((ref) => `${ref.layer.name}[${ref.call}]`).join(" ")})`,
  );

describe("a Sequential model", () => {
  const layers = [
    {
      class_name: "Conv2D",
      config: { name: "c", filters: 3, kernel_size: [3, 3], batch_input_shape: [null, 8, 8, 1] },
    },
    { class_name: "Flatten", config: { name: "f" } },
  ];

  it.each([
    ["a bare list of layers", layers],
    ["an object around them", { name: "s", layers }],
  ])("may have %s as its configuration", (_, config) => {
    const model = parse({ class_name: "Sequential", config });
    expect(model.layers.map(({ name }) => name)).toEqual(["c_input", "c", "f"]);
    expect(model.inputs[0]!.layer.config.batch_shape).toEqual([null, 8, 8, 1]);
    expect(callsOf(model)).toEqual(["c[0](c_input[0])", "f[0](c[0])"]);
  });

  it("takes its input shape from what it was built with, where no layer says it", () => {
    const bare = [{ class_name: "Dense", config: { name: "d", units: 2 } }];
    for (const config of [
      { class_name: "Sequential", config: { layers: bare, build_input_shape: [null, 5] } },
      {
        class_name: "Sequential",
        build_config: { input_shape: [null, 5] },
        config: { layers: bare },
      },
    ])
      expect(listWeights(parse(config)).weights[0]!.specs[0]!.shape).toEqual([5, 2]);
  });

  it("tells layers of one name apart", () => {
    const twice = [dense("same"), dense("same"), dense("same")].map((each, i) =>
      i === 0
        ? { ...each, config: { ...(each.config as Json), batch_input_shape: [null, 3] } }
        : each,
    );
    const model = parse({ class_name: "Sequential", config: { layers: twice } });
    expect(model.layers.slice(1).map(({ name }) => name)).toEqual(["same", "same_1", "same_2"]);
  });
});

describe("a functional model", () => {
  it("calls layers in an order in which each comes after those it reads", () => {
    const config = functional(
      [dense("last", [from("first")]), dense("first", [from("x")]), input("x")],
      [["last", 0, 0]],
    );
    expect(callsOf(parse(config))).toEqual(["first[0](x[0])", "last[0](first[0])"]);
  });

  it("tells the calls of a shared layer apart by their numbers", () => {
    const shared = layer("Dense", { name: "s", units: 4 }, [from("x")], [from("y")]);
    const config = functional(
      [
        input("x"),
        input("y"),
        shared,
        layer("Subtract", { name: "d" }, [from("s", 1), from("s", 0)]),
      ],
      [["d", 0, 0]],
      [
        ["x", 0, 0],
        ["y", 0, 0],
      ],
    );
    const model = parse(config);
    expect(callsOf(model)).toEqual(["s[0](x[0])", "s[1](y[0])", "d[0](s[1] s[0])"]);
    expect(listWeights(model).weights).toHaveLength(1);
  });

  it.each([
    ["1 for the first call, as Keras counts the model's own inputs", 1],
    ["0 for the first call, as for a model made without inputs", 0],
  ])("finds the call of a model inside: %s", (_, offset) => {
    const inner = functional([input("x"), dense("inner", [from("x")])], [["inner", 0, 0]]);
    const config = functional(
      [
        input("x"),
        { ...inner, name: "body", inbound_nodes: [[from("x")]] },
        dense("out", [from("body", offset)]),
      ],
      [["out", 0, 0]],
    );
    const model = parse(config);
    expect(callsOf(model)).toEqual(["body[0](x[0])", "out[0](body[0])"]);
    expect(listWeights(model).weights.map(({ path }) => path)).toEqual(["body/inner", "out"]);
  });

  it("reads the arguments of Keras 3: tensors anywhere, constants, nested lists", () => {
    const call = (...args: unknown[]) => ({ args, kwargs: {} });
    const config = functional(
      [
        layer("InputLayer", { name: "x", batch_shape: [null, 4] }),
        layer("Dense", { name: "a", units: 4 }, call(tensor("x"))),
        layer("Add", { name: "both", trainable: true }, call([tensor("a"), tensor("x")])),
        layer("Dense", { name: "b", units: 1 }, { args: [tensor("both")], kwargs: { mask: null } }),
      ],
      ["b", 0, 0],
      ["x", 0, 0],
    );
    const model = parse(config, 3);
    expect(callsOf(model)).toEqual(["a[0](x[0])", "both[0](a[0] x[0])", "b[0](both[0])"]);
    expect(model.calls.map(({ args }) => args)).toEqual([undefined, undefined, undefined]);
    expect(model.calls[2]!.kwargs).toEqual({ mask: null });
  });

  it("keeps constants among the inputs of Keras 2, and tensors among its keywords", () => {
    const op = (name: string, node: unknown) =>
      layer("TFOpLambda", { name, function: "math.multiply" }, node);
    const config = functional(
      [
        input("x"),
        op("times", ["x", 0, 0, { y: 3, name: null }]),
        op("product", [["_CONSTANT_VALUE", -1, 2, { y: ["times", 0, 0] }]]),
      ],
      [["product", 0, 0]],
    );
    const [times, product] = parse(config).calls;
    expect(times).toMatchObject({ kwargs: { y: 3, name: null } });
    expect(product!.args).toEqual([2]);
    expect(product!.kwargs).toEqual({ y: { $input: 0 } });
  });

  it.each([
    [
      "a cycle",
      [input("x"), dense("a", [from("b")]), dense("b", [from("a")])],
      /"a" reads what it makes/,
    ],
    [
      "a layer that is not there",
      [input("x"), dense("a", [from("lost")])],
      /"lost", which is not there/,
    ],
    [
      "a call that is not there",
      [input("x"), dense("a", [from("x")]), dense("b", [from("a", 5)])],
      /call 5 of "a"/,
    ],
  ])("is refused for %s", (_, layers, words) => {
    expect(() => parse(functional(layers, [["a", 0, 0]]))).toThrow(words);
  });
});

describe("what cannot be run", () => {
  const model = (config: Json) =>
    functional([input("x"), layer("Lambda", config, [from("x")])], [["half", 0, 0]]);
  const lambda = model({ name: "half", function: ["4wEAAAA=", null, null] });

  it("is named and left out: Python code, unknown classes, wrapped ones, functions, quantised weights", () => {
    const whyNot = (className: string, config: Json) => {
      const layers = [input("x"), layer(className, { ...config, name: "b" }, [from("x")])];
      return parse(functional(layers, [["b", 0, 0]])).layers[1]!.unavailable;
    };
    expect(parse(lambda).layers[1]!.unavailable).toMatch(/Python code.*--replace half=identity/);
    expect(whyNot("Blur", {})).toMatch(/this layer class is not known.*registerLayer/);
    const wrapped = { layer: { class_name: "Blur", config: { name: "inner" } } };
    expect(whyNot("TimeDistributed", wrapped)).toMatch(/layer class is not known/);
    expect(whyNot("Activation", { activation: "wiggle" })).toMatch(/activation "wiggle" is not/);
    expect(whyNot("TFOpLambda", { function: "nn.wiggle" })).toMatch(/tf.nn.wiggle is not known/);
    const policy = { class_name: "Int4DTypePolicy", config: { mode: "int4/128" } };
    for (const dtype of [policy, "int4_from_float32"])
      expect(whyNot("Dense", { units: 2, dtype })).toMatch(/its weights are quantised \(int4/);
  });

  it("takes what depends on it away, and nothing else", () => {
    const model = parse(
      functional(
        [
          input("x"),
          dense("a", [from("x")]),
          layer("Blur", { name: "b" }, [from("a")]),
          dense("c", [from("b")]),
          dense("d", [from("a")]),
        ],
        [
          ["c", 0, 0],
          ["d", 0, 0],
        ],
      ),
    );
    leaveOut(model);
    expect(callsOf(model)).toEqual(["a[0](x[0])", "d[0](a[0])"]);
    expect(model.lostOutputs).toEqual(["c"]);
    expect(model.outputs.map((ref) => ref.layer.name)).toEqual(["d"]);
    expect(
      model.leftOut!.map(({ call, unavailable }) => [call.layer.name, unavailable.needs]),
    ).toEqual([
      ["b", []],
      ["c", ["b"]],
    ]);
  });

  it("is refused where nothing can be seen of it: models whose code is elsewhere", () => {
    expect(() => parse({ class_name: "MyNet", config: { name: "n" } })).toThrow(
      /class MyNet, whose Python code/,
    );
  });

  it("can be replaced, by the identity or by a layer of one's own", () => {
    const asItIs = parseKerasModel(lambda, { kerasVersion: 2, replace: { half: "identity" } });
    expect(lowerModel(asItIs).layers.map(({ className }) => className)).toEqual([
      "InputLayer",
      "Lambda",
    ]);
    const halving = parseKerasModel(lambda, {
      kerasVersion: 2,
      replace: {
        half: {
          className: "Halving",
          kind: "arithmetic",
          fields: {},
          outputShape: (_, [shape]) => shape!,
          lower: ({ b, inputs: [x] }) => ({ ...x!, value: b.op("Neg", [x!.value]) }),
        },
      },
    });
    expect(lowerModel(halving).graph.nodes.map(({ op }) => op)).toContain("Neg");
  });
});

describe("the Keras that wrote a file", () => {
  it.each([
    ["2.2.4-tf", "tensorflow", undefined, 2],
    ["1.1.2", undefined, undefined, 1],
    [undefined, undefined, { config: { nb_filter: 3, border_mode: "same" } }, 1],
    [undefined, undefined, { config: { batch_shape: [null, 3] } }, 3],
    [undefined, undefined, { config: { filters: 3 } }, 2],
  ] as const)("is told by %s, %s or the words %j", (version, backend, config, major) => {
    expect(kerasWriter(version, backend, config).major).toBe(major);
  });
});

describe("arithmetic in an .h5 of Keras 3, which leaves out the module of a class", () => {
  const add = (config: Json, args: unknown[]) =>
    functional(
      [
        input("x"),
        { class_name: "Add", name: "add", config, inbound_nodes: [{ args, kwargs: {} }] },
      ],
      [["add", 0, 0]],
    );

  it("is told from a layer of the same name by what only layers have", () => {
    const [sum] = parse(add({ name: "add" }, [tensor("x"), 3]), 3).calls;
    expect(sum!.args).toEqual([{ $input: 0 }, 3]);
    const config = { name: "add", trainable: true, dtype: "float32" };
    const [layered] = parse(add(config, [[tensor("x"), tensor("x")]]), 3).calls;
    expect(layered!.args).toBeUndefined();
    expect(layered!.inputs).toHaveLength(2);
  });

  it("is refused where a constant goes into a layer that takes tensors", () => {
    const config = { name: "add", trainable: true, dtype: "float32" };
    expect(() => parse(add(config, [tensor("x"), 3]), 3)).toThrow(
      'Add "add" is called with 3, where it takes tensors',
    );
  });
});
