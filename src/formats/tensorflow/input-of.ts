import { StriateError } from "../../base/errors.ts";
import type { DataType } from "../../base/tensor.ts";
import type { Dim } from "../../graph/graph.ts";
import { graphOrder } from "../../layers/fields/layouts.ts";
import { TfAttributes, type TfNode, innerType } from "./graph-def.ts";

/**
 * What a Placeholder is fed: its shape in TensorFlow's layout, and how it lies in the graph.
 *
 * @param nodes of the graph, whose convolutions say where the channels of pictures are
 */
export function inputOf(
  node: TfNode,
  nodes: readonly TfNode[],
): { shape: readonly Dim[]; order: number[]; type: DataType } {
  const attributes = new TfAttributes(node);
  const declared = attributes.shape("shape");
  if (declared === null)
    throw new StriateError(
      `Placeholder "${node.name}": the file does not say its shape; export the model with a fixed input shape`,
    );
  // A picture alone has no batch in front.
  const isPicture = declared.length === 3 && declared[1] === null && declared[2] === 3;
  const shape = declared.map((length, axis) =>
    axis === 0 && length === null && !isPicture ? "N" : length,
  );
  const pictures = nodes.some(
    ({ op, attributes: { data_format: format } }) => /Conv|Pool/i.test(op) && format?.s !== "NCHW",
  );
  const order = graphOrder(shape.length, pictures && shape.length > 3 ? null : "channels_first");
  const type = attributes.type("dtype");
  return { shape, order, type: type === "int32" ? type : innerType(type) };
}
