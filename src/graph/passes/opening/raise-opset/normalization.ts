import { StriateError } from "../../../../base/errors.ts";
import { castTo, float32 } from "../../../../base/tensor.ts";
import { attribute } from "../../../attributes.ts";
import { nodeLabel } from "../../../graph.ts";
import { type OldForm, sameOutputs, without } from "./form.ts";

/**
 * BatchNormalization had an attribute `spatial` until 9 (0: statistics for every pixel), and until 14 it
 * was in training where it had more than one output.
 */
const batchNormalization: OldForm = {
  op: "BatchNormalization",
  before: 14,
  write(node, { b, type }) {
    if (node.outputs.slice(1).some((name) => name !== ""))
      throw new StriateError(
        `${nodeLabel(node)} is in training (it has more than one output); export the model for inference`,
      );
    const outputs = node.outputs.slice(0, 1);
    const [x = "", scale = "", bias = "", mean = "", variance = ""] = node.inputs;
    if (attribute(node, "spatial", "int", 1) !== 0) {
      const attributes = without(node, "spatial", "is_test", "consumed_inputs");
      b.op(node.op, node.inputs, attributes, { ...sameOutputs(node), outputs });
      return;
    }
    const kind = type(x);
    const epsilon = float32([], [attribute(node, "epsilon", "float", 1e-5)]);
    const small = b.constant(castTo(epsilon, kind === "string" ? "float32" : kind));
    const deviation = b.op("Sqrt", [b.op("Add", [variance, small])]);
    const standard = b.op("Div", [b.op("Sub", [x, mean]), deviation]);
    b.op("Add", [b.op("Mul", [standard, scale]), bias], {}, { ...sameOutputs(node), outputs });
  },
};

/** RoiAlign had the rule that is called output_half_pixel since 16, when another became the default. */
const roiAlign: OldForm = {
  op: "RoiAlign",
  before: 16,
  write(node, { b }) {
    const rule = { coordinate_transformation_mode: "output_half_pixel" };
    b.op("RoiAlign", node.inputs, { ...node.attributes, ...rule }, sameOutputs(node));
  },
};

/** Scan 8 went over batches; nobody writes it any more. */
const scan: OldForm = {
  op: "Scan",
  before: 9,
  write(node) {
    throw new StriateError(
      `${nodeLabel(node)} is of opset 8, whose Scan has no form in newer operator sets; export with opset 9 or newer`,
    );
  },
};

export const otherForms: readonly OldForm[] = [batchNormalization, roiAlign, scan];
