import { StriateError, fail } from "../../base/errors.ts";
import type { Fields, Values } from "../../base/fields.ts";
import { formatShape } from "../../base/shape.ts";
import type { KerasShape, LayerDefinition, SymbolicTensor } from "../define-layer.ts";
import { plainTensor } from "../symbolic.ts";

/**
 * A layer of one input that may have more axes in front than the batch: all of them are the batch while it
 * works, as in the convolutions of Keras 2.
 *
 * Source: `batch_rank` in keras/layers/convolutional/base_conv.py of Keras 2
 * @param rank axes that the layer itself knows, the batch included
 */
export function withLeadingAxes<F extends Fields>(
  rank: number,
  definition: LayerDefinition<F>,
): LayerDefinition<F> {
  /** How many axes there are beside the batch, and the shape that the layer sees. */
  const split = (input: KerasShape): { more: number; inner: KerasShape } => {
    const more = input.length - rank;
    if (more < 0)
      throw new StriateError(
        `expected an input of ${rank} axes, the batch included, got ${input.length}: ${formatShape(input)}`,
      );
    return { more, inner: [more > 0 ? null : input[0]!, ...input.slice(1 + more)] };
  };
  const { weights } = definition;
  return {
    ...definition,
    ...(weights && {
      weights: (config: Values<F>, [input], call) => weights(config, [split(input!).inner], call),
    }),
    outputShape(config, [input], call) {
      const { more, inner } = split(input!);
      const shape = definition.outputShape(config, [inner], call) as KerasShape;
      return more === 0 ? shape : [...input!.slice(0, 1 + more), ...shape.slice(1)];
    },
    lower(context) {
      const { b, plain, outputShapes } = context;
      const x = context.inputs[0]!;
      const { more, inner } = split(x.shape);
      if (more === 0) return definition.lower(context);
      const value = plain(x);
      const target = [b.i64([-1]), b.op("Shape", [value], { start: 1 + more })];
      const flat = b.op("Reshape", [value, b.op("Concat", target, { axis: 0 })]);
      const leading = b.op("Shape", [value], { end: 1 + more });
      /** Puts the axes that were the batch in front again. */
      const unfold = (y: SymbolicTensor): SymbolicTensor => {
        const own = plain(y);
        const lengths = [leading, b.op("Shape", [own], { start: 1 })];
        const made = b.op("Reshape", [own, b.op("Concat", lengths, { axis: 0 })]);
        return plainTensor(made, outputShapes[0]!, y.type);
      };
      const shape = outputShapes[0] ?? fail("its output has no shape");
      const result = definition.lower({
        ...context,
        inputs: [plainTensor(flat, inner, x.type)],
        outputShapes: [[null, ...shape.slice(1 + more)]],
        preActivation: (y, activation) => {
          context.preActivation(unfold(y), activation);
        },
      });
      return unfold(result as SymbolicTensor);
    },
  };
}
