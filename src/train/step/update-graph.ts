import type { Graph } from "../../graph/graph.ts";
import { emptyGraph } from "../../graph/graph.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Clipping, Optimizer } from "../../training/optimizers/optimizer.ts";
import type { Constraint } from "../../training/constraints.ts";
import type { Penalty } from "../../training/regularizers.ts";
import { Formula } from "../../ops/facts/formula.ts";

/** A weight, or several laid end to end, that the update graph changes. */
export interface UpdateItem {
  /** Names its inputs and outputs; the weight's address. */
  name: string;
  shape: readonly number[];
  penalty: Penalty;
  /** None by default. */
  constraint?: Constraint | null;
}

/** The names of the update graph's values. */
export const updateNames = {
  weight: (item: string) => `${item}:weight`,
  gradient: (item: string) => `${item}:gradient`,
  slot: (item: string, slot: string) => `${item}:${slot}`,
  scalar: (name: string) => `scalar:${name}`,
  newWeight: (item: string) => `${item}:weight'`,
  newSlot: (item: string, slot: string) => `${item}:${slot}'`,
};

/**
 * The second half of a training step: regularisation is added to the gradients, they are clipped, and
 * the optimizer makes new weights and slots of the old ones, and constraints bring the weights back to
 * where they may be.
 *
 * Regularisation is here and not in the loss graph, since its gradient is elementwise and must be
 * counted once, however many workers share a batch.
 */
export function buildUpdateGraph(optimizer: Optimizer, items: readonly UpdateItem[]): Graph {
  const b = new GraphBuilder(emptyGraph("update"));
  const f = new Formula(b, "float32");
  const scalars = Object.fromEntries(
    optimizer.scalarNames.map((name) => [name, b.input(updateNames.scalar(name), [])]),
  );
  const read = items.map((item) => ({
    item,
    weight: b.input(updateNames.weight(item.name), item.shape),
    gradient: b.input(updateNames.gradient(item.name), item.shape),
    slots: Object.fromEntries(
      optimizer.slots.map(({ name }) => [
        name,
        b.input(updateNames.slot(item.name, name), item.shape),
      ]),
    ),
  }));
  const gradients = clip(
    f,
    optimizer.clipping,
    read.map(({ weight, gradient, item }) => penalised(f, weight, gradient, item.penalty)),
    items,
  );
  read.forEach(({ item, weight, slots }, i) => {
    const update = optimizer.lower({ weight, gradient: gradients[i]!, slots, scalars }, f);
    const write = (name: string, value: string): void => {
      b.op("Identity", [value], {}, { outputs: [name] });
      b.output(name, item.shape);
    };
    write(updateNames.newWeight(item.name), item.constraint?.(f, update.weight) ?? update.weight);
    for (const [slot, value] of Object.entries(update.slots))
      write(updateNames.newSlot(item.name, slot), value);
  });
  return b.graph;
}

/** Adds the derivative of `l1 * sum |w| + l2 * sum w^2`, which is `l1 * sign w + 2 * l2 * w`. */
function penalised(f: Formula, weight: string, gradient: string, { l1, l2 }: Penalty): string {
  let sum = gradient;
  if (l1 !== 0) sum = f.add(sum, f.mul(f.apply("Sign", weight), l1));
  if (l2 !== 0) sum = f.add(sum, f.mul(weight, 2 * l2));
  return sum;
}

/** Cuts the gradients as the optimizer says; a norm is that of all elements. */
function clip(
  f: Formula,
  clipping: Clipping,
  gradients: readonly string[],
  items: readonly UpdateItem[],
): readonly string[] {
  const squares = (gradient: string, i: number): string =>
    f.sum(
      f.mul(gradient, gradient),
      items[i]!.shape.map((_, axis) => axis),
      false,
    );
  const scaleTo = (limit: number, squared: string): string =>
    f.div(limit, f.b.op("Max", [f.apply("Sqrt", squared), f.constant(limit)]));
  const { norm, globalNorm, value } = clipping;
  if (norm !== null) return gradients.map((g, i) => f.mul(g, scaleTo(norm, squares(g, i))));
  if (globalNorm !== null && gradients.length > 0) {
    const scale = scaleTo(globalNorm, f.add(...gradients.map(squares)));
    return gradients.map((g) => f.mul(g, scale));
  }
  if (value !== null)
    return gradients.map((g) => f.b.op("Clip", [g, f.constant(-value), f.constant(value)]));
  return gradients;
}
