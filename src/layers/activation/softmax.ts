import { axesField } from "../../base/axes-field.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { axisList, graphAxis } from "../symbolic.ts";

/**
 * Softmax over an axis, or over several at once.
 *
 * Source: https://keras.io/api/layers/activation_layers/softmax/
 */
export const softmax = defineLayer({
  className: "Softmax",
  kind: "activation",
  fields: { ...commonFields, axis: axesField(-1) },
  outputShape: (_, [input]) => input!,
  lower({ b, config, inputs, preActivation }) {
    const x = inputs[0]!;
    preActivation(x, "softmax");
    const axes = axisList(config.axis, x.shape.length).map((axis) => graphAxis(x, axis));
    if (axes.length === 1) return { ...x, value: b.op("Softmax", [x.value], { axis: axes[0]! }) };
    // exp(x - logsumexp(x)), with the maximum taken out first so that nothing overflows.
    const over = b.i64(axes);
    const shifted = b.op("Sub", [x.value, b.op("ReduceMax", [x.value, over])]);
    const exp = b.op("Exp", [shifted]);
    return { ...x, value: b.op("Div", [exp, b.op("ReduceSum", [exp, over])]) };
  },
});
