import { describe, expect, it } from "vitest";
import { Random } from "../base/random.ts";
import type { AttributeInput } from "../graph/attributes.ts";
import type { Graph } from "../graph/graph.ts";
import { withOutputs } from "../graph/outputs.ts";
import { distinct, type Sample, uniform } from "../ops/samples.ts";
import { runtime } from "../runtime/node/index.ts";
import { compareGradient, worstOf } from "./check.ts";
import { checkOf } from "./sample-check.ts";

// Convolutions and pools with pads, strides, dilations, groups, auto_pad and ceil_mode mixed at random
// (seeded): the shape rule says what the engine makes, and the gradient agrees with differences.

const engine = { open: (graph: Graph) => runtime.open(graph, { threads: 1 }) };

class Mixer {
  readonly #random: Random;
  constructor(seed: number) {
    this.#random = new Random(seed);
  }
  between(low: number, high: number): number {
    return low + this.#random.integer(high - low + 1);
  }
  pick<T>(...items: T[]): T {
    return items[this.#random.integer(items.length)]!;
  }

  conv(): Sample {
    const { list, kernel, strides } = this.#window();
    const auto_pad = this.pick("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
    const isSame = auto_pad.startsWith("SAME");
    // The engine does not dilate under SAME.
    const dilations = list(() => (isSame ? 1 : this.between(1, 2)));
    const pads =
      auto_pad === "NOTSET"
        ? [...list(() => this.between(0, 2)), ...list(() => this.between(0, 2))]
        : undefined;
    const group = this.pick(1, 1, 2, 3);
    const each = this.between(1, 2);
    const outputs = group * this.between(1, 2);
    return {
      op: "Conv",
      attributes: given({ strides, dilations, auto_pad, pads, group }),
      inputs: [
        uniform([this.between(1, 2), group * each, ...list(() => this.between(5, 7))]),
        uniform([outputs, each, ...kernel], -1, 1, 2),
        uniform([outputs], -1, 1, 3),
      ],
    };
  }

  convTranspose(): Sample {
    const { list, kernel, strides } = this.#window();
    const auto_pad = this.pick("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
    const dilations = list(() => this.between(1, 2));
    const cut = () => kernel.map((taps) => this.between(0, Math.min(1, taps - 1)));
    const pads = auto_pad === "NOTSET" ? [...cut(), ...cut()] : undefined;
    const output_padding =
      auto_pad === "NOTSET" ? strides.map((stride) => this.between(0, stride - 1)) : undefined;
    const group = this.pick(1, 1, 2);
    const channels = group * this.between(1, 2);
    const each = this.between(1, 2);
    return {
      op: "ConvTranspose",
      attributes: given({ strides, dilations, auto_pad, pads, group, output_padding }),
      inputs: [
        uniform([this.between(1, 2), channels, ...list(() => this.between(3, 4))]),
        uniform([channels, each, ...kernel], -1, 1, 2),
        uniform([each * group], -1, 1, 3),
      ],
    };
  }

  pool(op: "MaxPool" | "AveragePool"): Sample {
    const { list, kernel, strides } = this.#window();
    const auto_pad = this.pick("NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
    const isSame = auto_pad.startsWith("SAME");
    const pad = () => kernel.map((taps) => this.between(0, taps - 1));
    const attributes = given({
      kernel_shape: kernel,
      // Under SAME the engine refuses windows smaller than their stride.
      strides: isSame ? strides.map((stride, i) => Math.min(stride, kernel[i]!)) : strides,
      auto_pad,
      pads: auto_pad === "NOTSET" ? [...pad(), ...pad()] : undefined,
      dilations: this.pick(
        undefined,
        list(() => this.between(1, 2)),
      ),
      ceil_mode: isSame ? 0 : this.pick(0, 1),
      count_include_pad: op === "AveragePool" ? this.pick(0, 1) : undefined,
    });
    const x = [1, 2, ...list(() => this.between(5, 7))];
    const input = op === "MaxPool" ? distinct(x) : uniform(x);
    return { op, opset: 19, attributes, inputs: [input] };
  }

  #window() {
    const rank = this.pick(1, 2, 2, 2, 3);
    const list = (make: () => number) => Array.from({ length: rank }, make);
    const kernel = list(() => this.between(1, 3));
    return { list, kernel, strides: list(() => this.between(1, 3)) };
  }
}

function given(attributes: Record<string, AttributeInput | undefined>) {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, AttributeInput>;
}

describe("windows of every kind", () => {
  const kinds: Record<string, (mixer: Mixer) => Sample> = {
    Conv: (mixer) => mixer.conv(),
    ConvTranspose: (mixer) => mixer.convTranspose(),
    MaxPool: (mixer) => mixer.pool("MaxPool"),
    AveragePool: (mixer) => mixer.pool("AveragePool"),
  };
  it.each(Object.entries(kinds))("40 mixtures of %s", async (_, make) => {
    for (let seed = 1; seed <= 40; seed++) {
      const sample = make(new Mixer(seed));
      const what = JSON.stringify([seed, sample.attributes]);
      const check = checkOf(sample, "float32");
      const { shape } = check.graph.values.get("y0")!;
      const session = await engine.open(withOutputs(check.graph, ["y0"]));
      const made = await session.run(check.feeds);
      await session.release();
      expect(made["y0"]!.shape, what).toEqual(shape);
      const worst = worstOf(await compareGradient({ ...check, most: 8 }, engine))!;
      expect(worst.error, `${what} ${JSON.stringify(worst)}`).toBeLessThan(1e-3);
    }
  });
});
