import { isIdentityOrder } from "../../base/shape.ts";
import { axesOrNullField } from "../../base/axes-field.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { trainedWeight } from "../fields/kernel-fields.ts";
import { renameKeras1 } from "../fields/keras1.ts";
import { axisList, knownLength } from "../symbolic.ts";
import { constraintField, initializerField, regularizerField } from "../fields/trained-fields.ts";

/**
 * `x` where it is positive, `alpha * x` elsewhere, with an alpha that was learned for each position;
 * along `shared_axes` (counted from 1) it is the same.
 *
 * Source: https://keras.io/api/layers/activation_layers/prelu/
 */
export const prelu = defineLayer({
  className: "PReLU",
  kind: "activation",
  fields: {
    ...commonFields,
    alpha_initializer: initializerField("zeros"),
    alpha_regularizer: regularizerField(),
    alpha_constraint: constraintField(),
    shared_axes: axesOrNullField(),
  },
  fromKeras1: (config) => renameKeras1(config, { init: "alpha_initializer" }),
  weights(config, [input]) {
    const shared = axisList(config.shared_axes ?? [], input!.length);
    const shape = input!
      .slice(1)
      .map((_, i) => (shared.includes(i + 1) ? 1 : knownLength(input!, i + 1)));
    return [trainedWeight("alpha", shape, config)];
  },
  outputShape: (_, [input]) => input!,
  lower({ b, inputs, weight, preActivation }) {
    const x = inputs[0]!;
    preActivation(x, "prelu");
    // Alpha has no batch axis, which stands first in every order.
    const perm = x.order.slice(1).map((axis) => axis - 1);
    const alpha = weight("alpha");
    const slope = isIdentityOrder(perm) ? alpha : b.op("Transpose", [alpha], { perm });
    return { ...x, value: b.op("PRelu", [x.value, slope]) };
  },
});
