import { StriateError } from "../../base/errors.ts";
import { field } from "../../base/fields.ts";
import { nearestNames } from "../../base/names.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { CallArguments } from "../arguments.ts";
import {
  type KerasShape,
  type LayerDefinition,
  type SymbolicTensor,
  commonFields,
  defineLayer,
} from "../define-layer.ts";
import { operations } from "./index.ts";
import { Arguments, type Operation, type Scope } from "./operation.ts";
import { readRawOp } from "./raw-ops.ts";
import { arrangeAxes, plainOrder, plainTensor } from "../symbolic.ts";

function write(
  operation: Operation,
  scope: Scope,
  inputs: readonly SymbolicTensor[],
  call: CallArguments,
  settings: Readonly<Record<string, unknown>>,
): SymbolicTensor[] {
  const args = new Arguments(operation, scope, inputs, call, settings);
  const result = operation.write(scope, args);
  return (Array.isArray(result) ? result : [result]).map((x) => ({ ...x, mask: undefined }));
}

/** The shapes that an operation gives: it is written into a graph that nobody keeps. */
function shapesOf(
  operation: Operation,
  shapes: readonly KerasShape[],
  call: CallArguments,
  settings: Readonly<Record<string, unknown>>,
): KerasShape[] {
  const b = new GraphBuilder();
  const arrange = (x: SymbolicTensor, order: readonly number[]) => arrangeAxes(b, x, order);
  const plain = (x: SymbolicTensor) => arrange(x, plainOrder(x.order.length));
  const inputs = shapes.map((shape, i) => plainTensor(b.fresh(`input${i}`), shape));
  const scope: Scope = { b, arrange, plain, kerasVersion: 3 };
  return write(operation, scope, inputs, call, settings).map((x) => x.shape);
}

/**
 * A layer of a functional model that is a function: the definition of a Keras 3 class.
 *
 * Source: https://keras.io/api/ops/
 */
function operationLayer(operation: Operation, className: string): LayerDefinition {
  // What the class keeps itself; the tensors come with the call.
  const names = operation.parameters.flatMap((parameter) => parameter.split("|"));
  const settings = Object.fromEntries(names.map((name) => [name, field.json()]));
  return defineLayer({
    className,
    kind: "arithmetic",
    fields: { ...commonFields, ...settings },
    outputShape: (config, inputs, call) =>
      shapesOf(operation, inputs, call, pick(config, Object.keys(settings))),
    lower: (context) =>
      write(
        operation,
        context,
        context.inputs,
        context.call,
        pick(context.config, Object.keys(settings)),
      ),
  }) as unknown as LayerDefinition;
}

const pick = (config: object, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(config).filter(([key]) => keys.includes(key)));

const byClass = new Map<string, LayerDefinition>();
const byFunction = new Map<string, Operation>();
for (const operation of operations) {
  for (const name of [operation.className, ...(operation.aliases ?? [])])
    if (name !== "") byClass.set(name, operationLayer(operation, name));
  for (const name of operation.functions ?? []) byFunction.set(name, operation);
}

/** The definition of an operation of Keras 3, by its class name. */
export const findOperation = (className: string): LayerDefinition | undefined =>
  byClass.get(className);

/** The class names of Keras 3, without their aliases. */
export const operationClassNames = (): string[] =>
  operations.map((operation) => operation.className).filter((name) => name !== "");

/** The TensorFlow functions that are known. */
export const functionNames = (): string[] => [...byFunction.keys()];

function operationOf({ function: name }: { function: string }): Operation {
  const found = byFunction.get(name);
  if (found) return found;
  const near = nearestNames(name, byFunction.keys()).join(", ");
  throw new StriateError(`TensorFlow function "tf.${name}" is not supported; nearest: ${near}`);
}

/** A TensorFlow function as a layer, which Keras 2 makes of an expression on tensors. */
function functionLayer(className: string) {
  return defineLayer({
    className,
    kind: "arithmetic",
    fields: { ...commonFields, function: field.string() },
    outputShape: (config, inputs, call) => shapesOf(operationOf(config), inputs, call, {}),
    lower: (context) =>
      write(operationOf(context.config), context, context.inputs, context.call, {}),
  });
}

export const tfOpLambda = functionLayer("TFOpLambda");
export const slicingOpLambda = functionLayer("SlicingOpLambda");

/**
 * One op of a TensorFlow graph as a layer, which Keras 2.0 to 2.3 made of an expression on tensors.
 *
 * Source: https://github.com/tensorflow/tensorflow/blob/v2.3.0/tensorflow/python/keras/engine/base_layer.py
 */
export const tensorFlowOpLayer = defineLayer({
  className: "TensorFlowOpLayer",
  kind: "arithmetic",
  fields: { ...commonFields, node_def: field.json(), constants: field.json() },
  outputShape(config, inputs) {
    const { name, call } = readRawOp(config, inputs.length);
    return shapesOf(operationOf({ function: name }), inputs, call, {});
  },
  lower(context) {
    const { name, call } = readRawOp(context.config, context.inputs.length);
    return write(operationOf({ function: name }), context, context.inputs, call, {});
  },
});
