import { StriateError } from "../../base/errors.ts";
import { field, parseFields } from "../../base/fields.ts";
import { defineLayer } from "../define-layer.ts";
import { parseSerialized } from "../layer.ts";
import { knownLength } from "../symbolic.ts";
import type { Cell } from "./cell.ts";
import {
  gruCell,
  gruFields,
  lstmCell,
  lstmFields,
  simpleRnnCell,
  simpleRnnFields,
} from "./cells.ts";
import { sequenceFields } from "./fields.ts";
import { lowerSequence, sequenceShapes } from "./lower-sequence.ts";

/** The cells that a RNN layer can hold: their name inside a `.keras` file, and how they work. */
const cells: Readonly<
  Record<string, { holder: string; make: (config: Record<string, unknown>) => Cell }>
> = {
  SimpleRNNCell: {
    holder: "simple_rnn_cell",
    make: (config) => simpleRnnCell(parseFields(simpleRnnFields, config)),
  },
  LSTMCell: { holder: "lstm_cell", make: (config) => lstmCell(parseFields(lstmFields, config)) },
  GRUCell: { holder: "gru_cell", make: (config) => gruCell(parseFields(gruFields, config)) },
  StackedRNNCells: {
    holder: "stacked_rnn_cells",
    make: (config) => stackedCells(Array.isArray(config.cells) ? config.cells : []),
  },
};

function parseCell(serialized: unknown): { holder: string; cell: Cell } {
  const { className, config } = parseSerialized(serialized, "cell");
  const known = Object.hasOwn(cells, className) ? cells[className] : undefined;
  if (known === undefined)
    throw new StriateError(
      `its cell is a ${className}; known cells are ${Object.keys(cells).join(", ")}`,
    );
  return { holder: known.holder, cell: known.make(config) };
}

/** Cells one on top of the other: the output of each is the input of the next. */
function stackedCells(list: readonly unknown[]): Cell {
  if (list.length === 0) throw new StriateError("its StackedRNNCells hold no cell");
  const stack = list.map(parseCell);
  const starts = stack.map((_, i) =>
    stack.slice(0, i).reduce((sum, { cell }) => sum + cell.stateSizes.length, 0),
  );
  const widths = stack.map(({ cell }) => cell.stateSizes[cell.output ?? 0]!);
  return {
    stateSizes: stack.flatMap(({ cell }) => cell.stateSizes),
    output: starts.at(-1)! + (stack.at(-1)!.cell.output ?? 0),
    weights: (features) =>
      stack.flatMap(({ cell, holder }, i) => {
        // Keras numbers the members of a list by class.
        const before = stack.slice(0, i).filter((other) => other.holder === holder).length;
        return cell.weights(i === 0 ? features : widths[i - 1]!).map((spec) => ({
          ...spec,
          name: `${i}/${spec.name}`,
          holder: `cells/${holder}${before === 0 ? "" : `_${before}`}`,
        }));
      }),
    masks: (features, draw) => ({
      input: [],
      recurrent: [],
      inner: stack.map(({ cell }, i) => cell.masks(i === 0 ? features : widths[i - 1]!, draw)),
    }),
    // Only the lowest cell knows its input before the walk; all are written step by step.
    project: (_, __, sequence) => sequence,
    step(b, scope, x, states) {
      let input = x;
      return stack.flatMap(({ cell }, i) => {
        const weight = (name: string) => scope.weight(`${i}/${name}`);
        const own = { ...scope, weight, masks: scope.masks?.inner?.[i] };
        const before = states.slice(starts[i]!, starts[i]! + cell.stateSizes.length);
        const after = cell.step(b, own, cell.project(b, own, input), before);
        input = after[cell.output ?? 0]!;
        return after;
      });
    },
  };
}

/**
 * A recurrent layer over a cell of its own, or a stack of them.
 *
 * Source: https://keras.io/api/layers/recurrent_layers/rnn/
 */
export const rnn = defineLayer({
  className: "RNN",
  kind: "recurrent",
  inputRank: 3,
  fields: { ...sequenceFields, cell: field.json() },
  weights: (config, [input]) =>
    parseCell(config.cell)
      .cell.weights(knownLength(input!, -1))
      .map((spec) => ({
        ...spec,
        trainable: spec.trainable && config.trainable,
        holder: spec.holder === undefined ? "cell" : `cell/${spec.holder}`,
      })),
  outputShape: (config, [input]) => {
    const { cell } = parseCell(config.cell);
    return sequenceShapes(config, input!, cell);
  },
  lower: (context) => lowerSequence(context, parseCell(context.config.cell).cell),
});
