import { largest } from "../../../base/extremes.ts";
import { UnsupportedError } from "../../../base/errors.ts";
import type { TfContext, TfOp } from "../define-op.ts";
import { plainValue } from "../define-op.ts";
import { fusedActivation } from "./activation.ts";

/** Swaps the last two axes where the attribute asks for it. */
function operand(context: TfContext, i: number, flag: string): string {
  const { b, attributes, input, rank, plain, weight } = context;
  const x = input(i);
  // bounded: a rank
  const axes = Array.from({ length: rank(x) }, (_, axis) => axis);
  const swapped = [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!];
  const isSwapped = attributes.flag(flag);
  if (x.constant && x.constant.shape.length === 2)
    return weight(i, "kernel", isSwapped ? swapped : undefined);
  const value = plain(x);
  return isSwapped ? b.op("Transpose", [value], { perm: swapped }) : value;
}

const matMul: TfOp = {
  ops: "MatMul _FusedMatMul BatchMatMul BatchMatMulV2 BatchMatMulV3",
  kind: "dense",
  lower(context) {
    const { b, node, attributes, input, rank, weight, preActivation } = context;
    const batched = node.op.startsWith("Batch");
    const [left, right] = batched ? ["adj_x", "adj_y"] : ["transpose_a", "transpose_b"];
    const size = Math.max(rank(input(0)), rank(input(1)));
    const values = [operand(context, 0, left!), operand(context, 1, right!)];
    const fused = [...attributes.texts("fused_ops")];
    let value = b.op("MatMul", values, {}, fused.length > 0 ? {} : { name: node.name });
    if (fused[0] === "BiasAdd") {
      fused.shift();
      value = b.op("Add", [value, weight(2, "bias")]);
    }
    if (fused[0] === undefined) return plainValue(value, size);
    preActivation(plainValue(value, size), fused[0].toLowerCase());
    return plainValue(fusedActivation(b, value, fused[0], attributes), size);
  },
};

/** A sum of products, by its equation: `...ij,jk->...ik`. */
const einsum: TfOp = {
  ops: "Einsum",
  kind: "dense",
  lower(context) {
    const { b, node, attributes, inputs, plain, rank, weight } = context;
    const equation = attributes.text("equation", "").replace(/\s/g, "");
    const [left = "", result = ""] = equation.split("->");
    const terms = left.split(",");
    if (!equation.includes("->") || terms.length !== inputs.length)
      throw new UnsupportedError(`the equation "${equation}" is not known`);
    const letters = (term: string) => term.replace("...", "").length;
    const more = inputs.map((x, i) =>
      terms[i]!.includes("...") ? rank(x) - letters(terms[i]!) : 0,
    );
    const size = letters(result) + (result.includes("...") ? largest(more) : 0);
    const values = inputs.map((x, i) => (x.constant ? weight(i, "kernel") : plain(x)));
    // Letters for the axes that the dots stand for, counted from the last: then their lengths are known.
    const free = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !equation.includes(letter));
    const dots = (count: number) => free.slice(0, count).reverse().join("");
    const written = terms.map((term, i) => term.replace("...", dots(more[i]!))).join(",");
    const named = { equation: `${written}->${result.replace("...", dots(largest(more)))}` };
    return plainValue(b.op("Einsum", values, named, { name: node.name }), size);
  },
};

export const denseOps: readonly TfOp[] = [matMul, einsum];
