import { attribute } from "../../../attributes.ts";
import type { Dim } from "../../../graph.ts";
import { type OldForm, sameOutputs } from "./form.ts";

/**
 * Before opset 13, Softmax, LogSoftmax and Hardmax first flattened their input to two axes, at `axis`
 * (1 by default), and worked on the second; since then they work on one axis (the last by default).
 *
 * Where all other axes from `axis` on have length 1, that is the same on one axis; else the flattening
 * is written out.
 */
const flattening = (op: string): OldForm => ({
  op,
  before: 13,
  write(node, { b, shape }) {
    const [x = ""] = node.inputs;
    const axis = attribute(node, "axis", "int", 1);
    const only = onlyAxis(shape(x), axis);
    if (only !== undefined) {
      b.op(op, [x], { axis: only }, sameOutputs(node));
      return;
    }
    const flat = b.op("Flatten", [x], { axis });
    const y = b.op(op, [flat], { axis: 1 }, node.name === "" ? {} : { name: node.name });
    b.op("Reshape", [y, b.op("Shape", [x])], {}, { outputs: node.outputs });
  },
});

/** The one axis from `axis` on that is longer than 1; undefined where there may be more. */
function onlyAxis(shape: readonly Dim[] | null, axis: number): number | undefined {
  if (shape === null) return undefined;
  const first = axis < 0 ? axis + shape.length : axis;
  const long = shape.flatMap((length, i) => (i >= first && length !== 1 ? [i] : []));
  if (long.length > 1 || first >= shape.length) return undefined;
  return long[0] ?? first;
}

export const softmaxForms: readonly OldForm[] = ["Softmax", "LogSoftmax", "Hardmax"].map(
  flattening,
);
