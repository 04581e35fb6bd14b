import { StriateError } from "../../base/errors.ts";
import { type Values, parseFields } from "../../base/fields.ts";
import type { KerasShape, LayerDefinition, LowerContext } from "../define-layer.ts";
import { plainOrder } from "../symbolic.ts";
import type { Operand, Scope } from "./operation.ts";

const never = (): never => {
  throw new StriateError("is not trained here");
};

/**
 * Lowers a layer in the place of an operation.
 *
 * @param given the layer's weights that the call brings; one that it does not bring is all ones
 */
export function asLayer(
  scope: Scope,
  x: Operand,
  given: Readonly<Record<string, Operand>>,
  definition: LayerDefinition,
  fields: Record<string, unknown>,
) {
  const config = parseFields(definition.fields, fields) as Values<LayerDefinition["fields"]>;
  const shapes = [x.shape];
  const call = { kwargs: {} };
  const specs = new Map(
    definition.weights?.(config, shapes, call).map((spec) => [spec.name, spec]),
  );
  const context: LowerContext<typeof config> = {
    ...scope,
    config,
    call,
    address: "",
    inputs: [x],
    outputShapes: [definition.outputShape(config, shapes, call) as KerasShape],
    training: false,
    hasWeight: (name) => name in given,
    weight(name) {
      const { shape, order, graphShape } = specs.get(name)!;
      const tensor = given[name];
      // bounded: a length of the tensor itself
      if (tensor === undefined) return scope.b.f32(new Array<number>(shape[0]!).fill(1), shape);
      const value = scope.arrange(tensor, order ?? plainOrder(tensor.shape.length));
      return graphShape ? scope.b.op("Reshape", [value, scope.b.i64(graphShape)]) : value;
    },
    random: never,
    withSteps: never,
    update: never,
    penalize: never,
    preActivation: () => undefined,
  };
  return definition.lower(context);
}
