import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import type { Axes } from "../../base/axes-field.ts";
import { axesField } from "../../base/axes-field.ts";
import { commonFields, defineLayer } from "../define-layer.ts";
import { dotInputs, dotShape } from "./dot.ts";
import { add, average, concatenateInputs, concatenatedShape, maximum, multiply } from "./merge.ts";

/** The modes that are layers of their own today. */
const layers = { sum: add, mul: multiply, ave: average, max: maximum };
const modes = ["sum", "mul", "ave", "max", "concat", "dot", "cos"] as const;

/** Keras 1 counted `dot_axes` of a pair in lists of one: `[[1], [2]]`. */
const dotAxes = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((each: unknown) => (Array.isArray(each) ? each[0] : each))
    : value;

/**
 * The merge layer of Keras 1, one class with a mode.
 *
 * Source: https://faroit.com/keras-docs/1.2.2/layers/core/#merge
 */
export const merge = defineLayer({
  className: "Merge",
  kind: "merging",
  fields: {
    ...commonFields,
    mode: field.choice(modes, "sum"),
    concat_axis: field.int(-1),
    dot_axes: axesField(-1),
  },
  fromKeras1({ dot_axes, ...config }) {
    if (config.mode_type !== undefined && config.mode_type !== "raw")
      throw new StriateError("merges by Python code (mode_type), which is never run");
    return dot_axes === undefined ? config : { ...config, dot_axes: dotAxes(dot_axes) };
  },
  outputShape({ mode, concat_axis, dot_axes }, inputs, call) {
    if (mode === "concat") return concatenatedShape(inputs, concat_axis);
    if (mode === "dot" || mode === "cos") return dotShape(inputs, dot_axes as Axes);
    return layers[mode].outputShape(commonConfig, inputs, call);
  },
  lower(context) {
    const { mode, concat_axis, dot_axes } = context.config;
    if (mode === "concat") return concatenateInputs(context, concat_axis);
    if (mode === "dot" || mode === "cos")
      return dotInputs(context, dot_axes as Axes, mode === "cos");
    return layers[mode].lower({ ...context, config: commonConfig });
  },
});

const commonConfig = { trainable: true, dtype: null };
