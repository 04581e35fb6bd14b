import type { GraphBuilder } from "../../graph/builder.ts";
import { type Argument, isTensorArgument, positionalInputs } from "../arguments.ts";
import type { KerasShape, LowerContext, SymbolicTensor } from "../define-layer.ts";
import { knownLength, plainTensor } from "../symbolic.ts";
import type { Cell, CellScope } from "./cell.ts";
import { type SequenceConfig, refuseStateful } from "./fields.ts";
import { recur } from "./recurrence.ts";

/** Output shapes of a recurrent layer: the output or all outputs, then the states if they are asked for. */
export function sequenceShapes(
  config: SequenceConfig,
  input: KerasShape,
  cell: Cell,
): KerasShape[] {
  const batch = input[0] ?? null;
  const units = cell.stateSizes[cell.output ?? 0]!;
  const output = config.return_sequences ? [batch, input[1] ?? null, units] : [batch, units];
  const states = cell.stateSizes.map((size) => [batch, size]);
  return config.return_state ? [output, ...states] : [output];
}

/** Writes a recurrent layer: the cell, walked over the steps of `(N, T, F)`. */
export function lowerSequence(context: LowerContext<SequenceConfig>, cell: Cell): SymbolicTensor[] {
  const { b, config, inputs, outputShapes } = context;
  refuseStateful(config, context.training);
  const x = inputs[0]!;
  const given = initialStates(context);
  const draw = (rate: number, width: number) => context.random("dropout", rate, x, [null, width]);
  const masks = context.training ? cell.masks(knownLength(x.shape, -1), draw) : undefined;
  const scope: CellScope = {
    kerasVersion: context.kerasVersion,
    weight: (name) => context.weight(name),
    masks,
  };
  const { outputs, states } = recur(b, {
    sequence: cell.project(b, scope, context.arrange(x, [1, 0, 2])),
    length: x.shape[1] ?? null,
    states:
      given.length > 0
        ? given.map((state) => context.plain(state))
        : cell.stateSizes.map((size) => zeroState(b, x, [size])),
    output: cell.output ?? 0,
    backwards: config.go_backwards,
    training: context.training,
    mask: x.mask && stepMask(b, x.mask, 1),
    zeroMasked: config.zero_output_for_mask,
    step: (inner, step, before) => cell.step(inner, scope, step, before),
  });
  const first: SymbolicTensor = config.return_sequences
    ? {
        ...plainTensor(b.op("Transpose", [outputs], { perm: [1, 0, 2] }), outputShapes[0]!),
        mask: x.mask,
      }
    : plainTensor(states[cell.output ?? 0]!, outputShapes[0]!);
  return config.return_state
    ? [first, ...states.map((state, i) => plainTensor(state, outputShapes[i + 1]!))]
    : [first];
}

/** Zeros `(N, ...lengths)`, with the batch of `x`. */
export function zeroState(b: GraphBuilder, x: SymbolicTensor, lengths: readonly number[]): string {
  const at = x.order.indexOf(0);
  const batch = b.op("Shape", [x.value], { start: at, end: at + 1 });
  return b.op("ConstantOfShape", [b.op("Concat", [batch, b.i64(lengths)], { axis: 0 })]);
}

/** A mask `(N, T)` as `(T, N, 1, ...)`, with `axes` axes of length 1. */
export function stepMask(b: GraphBuilder, mask: string, axes: number): string {
  const turned = b.op("Transpose", [mask], { perm: [1, 0] });
  // bounded: a rank
  return b.op("Unsqueeze", [turned, b.i64(Array.from({ length: axes }, (_, i) => i + 2))]);
}

/** The states that the call gives: further inputs in Keras 2, `initial_state` in Keras 3. */
function initialStates({ inputs, call }: LowerContext<unknown>): SymbolicTensor[] {
  const named = call.kwargs.initial_state as Argument | undefined;
  if (named !== undefined && named !== null) {
    const list = Array.isArray(named) ? (named as Argument[]) : [named];
    return list.filter(isTensorArgument).map(({ $input }) => inputs[$input]!);
  }
  return positionalInputs(call, inputs.length)
    .slice(1)
    .map(({ $input }) => inputs[$input]!);
}
