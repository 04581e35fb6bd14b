import { float32 } from "../../../../base/tensor.ts";
import { StriateError } from "../../../../base/errors.ts";
import { attribute } from "../../../attributes.ts";
import { type GraphNode, nodeLabel } from "../../../graph.ts";
import { type OldForm, type RaiseContext, sameOutputs, without } from "./form.ts";

/** The rule of Upsample and of Resize before 11: output pixel i reads place i / scale. */
const asymmetric = { coordinate_transformation_mode: "asymmetric" };

/** Upsample became Resize in 10; its scales were an attribute before 9. */
const upsample: OldForm = {
  op: "Upsample",
  before: 18,
  write(node, context) {
    const list = attribute(node, "scales", "floats");
    const scales = list === undefined ? node.inputs[1]! : context.b.f32(list);
    writeOldResize(node, context, scales);
  },
};

const resize10: OldForm = {
  op: "Resize",
  before: 11,
  write: (node, context) => writeOldResize(node, context, node.inputs[1]!),
};

/**
 * With mode nearest, an axis that grows takes the pixel at or before its place, one that shrinks the
 * pixel at or after it (so ONNX Runtime reads the specification, and its test data say). Both in one
 * node only works where all axes go one way; else the node becomes two.
 */
function writeOldResize(node: GraphNode, context: RaiseContext, scales: string): void {
  const { b, numbers } = context;
  const [x = ""] = node.inputs;
  const word = attribute(node, "mode", "string", "nearest");
  if (word !== "nearest") {
    b.op("Resize", [x, "", scales], { ...asymmetric, mode: "linear" }, sameOutputs(node));
    return;
  }
  const known = numbers(scales);
  const nearest = (nearest_mode: string) => ({ ...asymmetric, mode: "nearest", nearest_mode });
  if (known?.every((scale) => scale >= 1))
    b.op("Resize", [x, "", scales], nearest("floor"), sameOutputs(node));
  else if (known?.every((scale) => scale <= 1))
    b.op("Resize", [x, "", scales], nearest("ceil"), sameOutputs(node));
  else {
    const one = b.constant(float32([], [1]));
    const grown = b.op("Resize", [x, "", b.op("Max", [scales, one])], nearest("floor"));
    const down = b.op("Min", [scales, one]);
    b.op("Resize", [grown, "", down], nearest("ceil"), sameOutputs(node));
  }
}

/** Resize 11 named inputs that are not given by empty tensors, and knew a rule that 13 dropped. */
const resize11: OldForm = {
  op: "Resize",
  before: 13,
  write(node, { b, numbers, shape }) {
    const isEmpty = (name: string) => numbers(name)?.length === 0 || shape(name)?.[0] === 0;
    const [x = "", roi = "", scales = "", sizes = ""] = node.inputs;
    const rule = attribute(node, "coordinate_transformation_mode", "string", "half_pixel");
    const inputs = [
      x,
      rule === "tf_crop_and_resize" ? roi : "",
      sizes !== "" || isEmpty(scales) ? "" : scales,
      ...(sizes === "" ? [] : [sizes]),
    ];
    let attributes = node.attributes;
    if (rule === "tf_half_pixel_for_nn") {
      // floor((i + 0.5) / scale) is what half_pixel gives, rounded with halves up.
      const mode = attribute(node, "nearest_mode", "string", "round_prefer_floor");
      if (attribute(node, "mode", "string", "nearest") !== "nearest" || mode !== "floor")
        throw new StriateError(
          `${nodeLabel(node)}: ${rule} with nearest_mode ${mode} has no form in newer operator sets`,
        );
      attributes = {
        ...without(node),
        coordinate_transformation_mode: { kind: "string", value: "half_pixel" },
        nearest_mode: { kind: "string", value: "round_prefer_ceil" },
      };
    }
    b.op("Resize", inputs, attributes, sameOutputs(node));
  },
};

export const resizeForms: readonly OldForm[] = [upsample, resize10, resize11];
