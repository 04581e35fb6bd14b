import { StriateError, naming } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { OpenedModel } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { parseGraphProto } from "./graph-proto.ts";
import { inlineTfFunctions } from "./inline-functions.ts";
import { lowerTensorFlow } from "./lower-tensorflow.ts";
import { onePictureFile } from "./settle/photo-entry.ts";

/** Reads a frozen graph. */
export const readFrozenGraph = (source: OpenSource): Promise<OpenedModel> =>
  naming(source.name, () => {
    const { nodes: called, functions } = parseGraphProto(source.bytes.subarray(0), source.budget);
    const nodes = inlineTfFunctions(onePictureFile(called), functions);
    const variable = nodes.find(({ op }) => /^Var(iable|HandleOp)/.test(op));
    if (variable)
      throw new StriateError(
        `the graph is not frozen: "${variable.name}" is a variable, whose values lie in a checkpoint; freeze it first`,
      );
    const constants = new Map<string, Tensor>();
    for (const { name, attributes } of nodes)
      if (attributes.value?.tensor) constants.set(name, attributes.value.tensor);
    const origin = {
      format: "TensorFlow",
      dialect: "frozen graph",
      writer: "",
      file: source.name,
    };
    return Promise.resolve({ network: lowerTensorFlow({ nodes, constants }, origin) });
  });
