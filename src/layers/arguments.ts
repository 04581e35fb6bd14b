import { StriateError } from "../base/errors.ts";

/**
 * An argument of a call: a tensor, by its place among the call's inputs, or a constant as the file
 * has it (`{ class_name: "__numpy__", config }` and slices included).
 */
export type Argument =
  | TensorArgument
  | null
  | boolean
  | number
  | string
  | readonly Argument[]
  | { readonly [key: string]: Argument };

/** Stands for a tensor inside an argument: `{ $input: 1 }` is the second input of the call. */
export interface TensorArgument {
  readonly $input: number;
}

/**
 * How a layer is called. Most layers take one tensor or a list of tensors and need nothing of this;
 * arithmetic, attention and recurrent layers mix tensors with constants.
 */
export interface CallArguments {
  /** Positional arguments. Absent where they are the inputs, in order, and nothing else. */
  readonly args?: readonly Argument[];
  readonly kwargs: Readonly<Record<string, Argument>>;
}

export function isTensorArgument(argument: Argument | undefined): argument is TensorArgument {
  return typeof argument === "object" && argument !== null && "$input" in argument;
}

/**
 * Gives each argument of a call its parameter name, as Python does: positional ones in the order of
 * `parameters`, then keywords.
 *
 * @param count number of inputs of the call
 */
export function bindArguments(
  parameters: readonly string[],
  call: CallArguments,
  count: number,
): Record<string, Argument> {
  const args = call.args ?? positionalInputs(call, count);
  if (args.length > parameters.length)
    throw new StriateError(
      `takes ${parameters.length} arguments (${parameters.join(", ")}), got ${args.length}`,
    );
  const bound: Record<string, Argument> = {};
  args.forEach((argument, i) => (bound[parameters[i]!] = argument));
  return { ...bound, ...call.kwargs };
}

/** The inputs that no keyword names: what was given by position. */
export function positionalInputs(call: CallArguments, count: number): TensorArgument[] {
  const named = new Set(placesIn(call.kwargs));
  // bounded: the inputs of a call
  return Array.from({ length: count }, (_, i) => i)
    .filter((i) => !named.has(i))
    .map((i) => ({ $input: i }));
}

/** The inputs that stand anywhere in an argument, in order. */
export function placesIn(argument: Argument | undefined): number[] {
  if (isTensorArgument(argument)) return [argument.$input];
  return typeof argument === "object" && argument !== null
    ? Object.values(argument).flatMap((inner: Argument) => placesIn(inner))
    : [];
}
