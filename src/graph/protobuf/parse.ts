import { StriateError, messageOf } from "../../base/errors.ts";
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  DataLocation as Location,
} from "./onnx-messages.ts";
import { readMessage } from "./read-message.ts";

/** The message of an `.onnx` file. Byte fields are views of `bytes`, not copies. */
export function parseOnnx(bytes: Uint8Array): ModelProto {
  let model: ModelProto;
  try {
    model = readMessage(ModelProtoSchema, bytes);
  } catch (error) {
    if (!(error instanceof StriateError)) throw error;
    throw new StriateError(`not a readable ONNX file: ${messageOf(error)}`, { cause: error });
  }
  if (model.graph === undefined)
    throw new StriateError("not an ONNX model: the file holds no graph; export the model again");
  return model;
}

/** The paths of the other files that hold tensors of the model, as the model writes them. */
export function externalFiles(model: ModelProto): string[] {
  const tensors: TensorProto[] = [];
  const ofAttributes = (list: readonly AttributeProto[]) => {
    for (const { t, tensors: many, g, graphs } of list) {
      if (t) tensors.push(t);
      for (const each of many) tensors.push(each);
      if (g) ofGraph(g);
      graphs.forEach(ofGraph);
    }
  };
  const ofNodes = (nodes: readonly NodeProto[]) => {
    for (const node of nodes) ofAttributes(node.attribute);
  };
  const ofGraph = (graph: GraphProto) => {
    for (const each of graph.initializer) tensors.push(each);
    ofNodes(graph.node);
  };
  if (model.graph) ofGraph(model.graph);
  for (const { node } of model.functions) ofNodes(node);
  const locations = tensors.flatMap((tensor) =>
    tensor.dataLocation === Location.EXTERNAL
      ? tensor.externalData.filter(({ key }) => key === "location").map(({ value }) => value)
      : [],
  );
  return [...new Set(locations)];
}
