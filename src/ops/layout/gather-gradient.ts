import { checkedLength } from "../../base/checked-length.ts";
import { StriateError } from "../../base/errors.ts";
import { normalizeAxis, sizeOf } from "../../base/shape.ts";
import { int64 } from "../../base/tensor.ts";
import type { GradientContext } from "../define-op.ts";

type Gradients = (string | null)[];

/** y = x at indices along an axis: dx = g added up at these indices. */
export function gatherGradient(context: GradientContext<{ axis: number }>): Gradients {
  const { b, f, grad, numbers, shape } = context;
  const x = shape(0);
  const axis = normalizeAxis(context.attributes.axis, x.length);
  const single = numbers(1);
  if (single?.length === 1) {
    // One element: zeros around it.
    const at = single[0]! < 0 ? single[0]! + x[axis]! : single[0]!;
    const [before, after] = [x.map(() => 0), x.map(() => 0)];
    before[axis] = at;
    after[axis] = x[axis]! - at - 1;
    return [b.op("Pad", [f.reshape(grad, x.with(axis, 1)), b.i64([...before, ...after])]), null];
  }
  // ScatterND writes along the first axis: the axes of the indices come to the front, and x's own too.
  const count = shape(1).length;
  const others = x.map((_, i) => i).filter((i) => i !== axis);
  const g = f.transpose(grad, [
    ...shape(1).map((_, i) => axis + i),
    ...others.map((i) => (i < axis ? i : i + count - 1)),
  ]);
  const order = [axis, ...others];
  const indices = f.reshape(longIndices(context), [...shape(1), 1]);
  const summed = b.op("ScatterND", [f.zeros(order.map((i) => x[i]!)), indices, g], {
    reduction: "add",
  });
  return [
    f.transpose(
      summed,
      x.map((_, i) => order.indexOf(i)),
    ),
    null,
  ];
}

/** The same with one index for each element of y. */
export function gatherElementsGradient(context: GradientContext<{ axis: number }>): Gradients {
  const { b, f, grad, inputs, shape, attributes } = context;
  return [
    b.op("ScatterElements", [f.zeros(shape(0)), inputs[1]!, grad], {
      axis: attributes.axis,
      reduction: "add",
    }),
    null,
  ];
}

/** The same with index vectors; the leading `batch_dims` axes run along in both. */
export function gatherNDGradient(context: GradientContext<{ batch_dims: number }>): Gradients {
  const { b, f, grad, shape, attributes, inputs } = context;
  const { batch_dims: batch } = attributes;
  const places = shape(1).slice(0, -1);
  let indices = inputs[1]!;
  if (batch > 0) {
    // The coordinates of each place on the batch axes, in front of its own index vector.
    const coordinates = Array.from(
      { length: checkedLength(sizeOf(places), "places") },
      (_, place) =>
        // bounded: a rank
        Array.from({ length: batch }, (_, axis) => {
          const step = sizeOf(places.slice(axis + 1));
          return Math.floor(place / step) % places[axis]!;
        }),
    );
    const constant = b.constant(int64(coordinates.flat(), [...places, batch]));
    indices = b.op("Concat", [constant, indices], { axis: -1 });
  }
  return [b.op("ScatterND", [f.zeros(shape(0)), indices, grad], { reduction: "add" }), null];
}

/** y = x with updates at indices: dx = g without these places, d updates = g at them. */
export function scatterElementsGradient(
  context: GradientContext<{ axis: number; reduction: string }>,
): Gradients {
  const { b, f, grad, inputs, shape, attributes } = context;
  const { axis, reduction } = attributes;
  const index = inputs[1]!;
  const updates = b.op("GatherElements", [grad, index], { axis });
  const kept = () => b.op("ScatterElements", [grad, index, f.zeros(shape(2))], { axis });
  return [rest(reduction, grad, kept), null, updates];
}

export function scatterNDGradient(context: GradientContext<{ reduction: string }>): Gradients {
  const { b, f, grad, inputs, shape, attributes } = context;
  const index = inputs[1]!;
  const kept = () => b.op("ScatterND", [grad, index, f.zeros(shape(2))]);
  return [rest(attributes.reduction, grad, kept), null, b.op("GatherND", [grad, index])];
}

function rest(reduction: string, grad: string, kept: () => string): string {
  if (reduction === "none") return kept();
  if (reduction === "add") return grad;
  throw new StriateError(`no gradient of a scatter with reduction "${reduction}"`);
}

/** The indices as int64, which ScatterND wants. */
function longIndices({ f, inputs, type }: GradientContext<unknown>): string {
  return type(1) === "int64" ? inputs[1]! : f.cast(inputs[1]!, "int64");
}
