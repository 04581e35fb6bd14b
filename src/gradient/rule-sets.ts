import type { GradientContext, GradientRule } from "../ops/define-op.ts";
import { findOp } from "../ops/index.ts";

/** Other gradient rules for some standard ops, by op type. */
export type GradientRules = Readonly<Record<string, GradientRule<Record<string, unknown>>>>;

/** Gradient rules under a name, which says all that they do: sessions are kept by it. */
export interface RuleSet {
  readonly name: string;
  readonly rules: GradientRules;
}

type Context = GradientContext<Record<string, unknown>>;

/** What the op itself does with the part of the gradient that is positive. */
function guided(context: Context): (string | null)[] {
  const rectified = context.f.apply("Relu", context.grad);
  return own({ ...context, grad: rectified, grads: [rectified] });
}

const own = (context: Context): (string | null)[] => {
  const rule = findOp("", context.node.op)?.gradient;
  return typeof rule === "function" ? rule(context) : [];
};

/** Whether a Clip is a ReLU with an upper end (ReLU6): all below 0 is cut off. */
const isRelu = ({ numbers }: Context): boolean => numbers(1)?.[0] === 0;

/**
 * Guided backpropagation: through a ReLU (ReLU6 too) passes what is positive, where its input is.
 *
 * Source: Springenberg et al., Striving for Simplicity (https://arxiv.org/abs/1412.6806).
 */
export const guidedBackpropagation: RuleSet = {
  name: "guided backpropagation",
  rules: {
    Relu: guided,
    ThresholdedRelu: guided,
    Clip: (context) => (isRelu(context) ? guided(context) : own(context)),
  },
};

const rectify = ({ f, grad }: Context): (string | null)[] => [f.apply("Relu", grad)];

/**
 * The backward way of a deconvolutional network: through a ReLU passes what is positive, wherever its
 * input was. Max pools send it to the winner as always.
 *
 * Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks
 * (https://arxiv.org/abs/1311.2901).
 */
export const deconvnet: RuleSet = {
  name: "deconvnet",
  rules: {
    Relu: rectify,
    ThresholdedRelu: rectify,
    Clip: (context) => (isRelu(context) ? rectify(context) : own(context)),
  },
};
