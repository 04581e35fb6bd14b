import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { GradientTerm } from "../../model/gradients/gradient-query.ts";
import type { Network } from "../../model/network.ts";
import {
  type ResolveOptions,
  type ResolvedTarget,
  resolveTarget,
} from "../../model/target/resolve-target.ts";
import type { RunningNetwork } from "../../model/running.ts";
import type { Slope } from "./maximise.ts";
import type { PictureInput, Planes } from "./picture-input.ts";

/** A number of the network that a picture is to make large. */
export interface Objective {
  /** As an expression: `unit:conv2d_2_pre[5]`. */
  readonly text: string;
  readonly words: string;
  /** What is differentiated; the seeds are its derivative, up to a factor. */
  readonly of: readonly GradientTerm[];
  /** The graph values that the number is made of. */
  readonly values: readonly string[];
  score(values: readonly Tensor[]): number;
}

/** The number that a target stands for. */
export function targetObjective(target: ResolvedTarget): Objective {
  const { terms, text } = target;
  return {
    text,
    words: target.describe(),
    of: terms.map(({ value, seed }) => ({ value, seed })),
    values: terms.map(({ value }) => value),
    score: (values) => target.score(values)[0]!,
  };
}

/**
 * The root of the mean square of what a target's values have above 0, instead of their mean. The mean of a
 * convolution is largest for a flat colour, its strongest edges are found where places count by their
 * strength; of a whole layer it is deep dream's objective.
 *
 * Where nothing is above 0, a tenth of the mean size goes to every place: there is a way uphill from anywhere.
 *
 * Source: Mordvintsev, Olah, Tyka 2015, Inceptionism.
 */
export function strengthObjective(target: ResolvedTarget): Objective {
  const { terms, text } = target;
  return {
    text,
    words: `${target.describe()}, root mean square above 0`,
    of: terms.map(({ value, seed }) => ({
      value,
      seed: {
        name: `strength of ${text}`,
        write(f, itself, shape) {
          const { data, shape: small } = withoutRepeats(seed(shape));
          const axes = [...shape.keys()];
          const some = f.mul(f.mean(f.apply("Abs", itself), axes), 0.1);
          const strength = f.add(f.apply("Relu", itself), some);
          return f.mul(strength, f.constant([...data], small));
        },
      },
    })),
    values: terms.map(({ value }) => value),
    score: (values) => Math.sqrt(target.score(values.map((value) => positiveSquares(value)))[0]!),
  };
}

function positiveSquares(value: Tensor): Tensor {
  const { shape, data } = toFloat32(value);
  return float32(
    shape,
    data.map((each) => Math.max(0, each) ** 2),
  );
}

/** A tensor with length 1 along each axis on which it does not change, to be broadcast. */
function withoutRepeats({ shape, data }: Tensor<"float32">): Tensor<"float32"> {
  return shape.reduce(
    (value, length, axis) => {
      const inner = sizeOf(value.shape.slice(axis + 1));
      const block = length * inner;
      const repeats = value.data.every(
        (each, i) => each === value.data[i - (i % block) + (i % inner)],
      );
      if (!repeats) return value;
      const kept = value.data.filter((_, i) => i % block < inner);
      return float32(value.shape.with(axis, 1), kept);
    },
    float32(shape, data),
  );
}

/**
 * Finds a target; one of a layer with an activation is taken before it, since a unit that is off has no
 * gradient to begin with.
 */
export function resolveBeforeActivation(
  network: Network,
  expression: string,
  options: ResolveOptions,
): ResolvedTarget {
  const resolved = resolveTarget(network, expression, options);
  const { target } = resolved;
  if (target.kind !== "unit" && target.kind !== "layer") return resolved;
  const layer = network.layers.find(({ address }) => address === target.layer);
  if (layer?.preActivation)
    return resolveTarget(network, { ...target, layer: `${target.layer}_pre` }, options);
  const [before] = layer?.inbound ?? [];
  if (layer?.kind === "activation" && layer.inbound.length === 1 && before !== undefined)
    try {
      return resolveTarget(network, { ...target, layer: before }, options);
    } catch (error) {
      // What the activation reads is no layer's value: its own will do.
      if (!(error instanceof StriateError)) throw error;
    }
  return resolved;
}

/** An objective's number for a picture, and the gradient by it. */
export class Climb implements Slope {
  readonly objective: Objective;
  readonly input: PictureInput;
  readonly #running: RunningNetwork;

  constructor(running: RunningNetwork, objective: Objective, input: PictureInput) {
    this.#running = running;
    this.objective = objective;
    this.input = input;
  }

  async score(picture: Planes): Promise<number> {
    const { objective, input } = this;
    const values = await this.#running.run(input.feeds(picture), objective.values);
    return this.#checked(objective.score(values));
  }

  async gradient(picture: Planes): Promise<{ score: number; gradient: Planes }> {
    const { objective, input } = this;
    const { of, values } = objective;
    const found = await this.#running.gradients(input.feeds(picture), {
      of,
      wrt: [input.value],
      values,
    });
    return {
      score: this.#checked(objective.score(found.values)),
      gradient: input.ofGradient(found.gradients[0]!),
    };
  }

  #checked(score: number): number {
    if (Number.isFinite(score)) return score;
    throw new StriateError(
      `${this.objective.words}: is not a finite number for this picture; a smaller rate may keep it finite`,
    );
  }
}
