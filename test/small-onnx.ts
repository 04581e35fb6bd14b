import type { Network } from "../src/model/network.ts";
import { onnx } from "../src/formats/onnx.ts";
import { GraphBuilder } from "../src/graph/builder.ts";
import { type Dim, emptyGraph } from "../src/graph/graph.ts";
import { writeOnnx } from "../src/graph/protobuf/write.ts";

/** A network of a test's own nodes, opened as if it came from an ONNX file. */
export async function smallOnnx(
  inputs: Readonly<Record<string, readonly Dim[]>>,
  write: (b: GraphBuilder) => readonly string[],
  { opset = 18, metadata = {} }: { opset?: number; metadata?: Record<string, string> } = {},
): Promise<Network> {
  const graph = emptyGraph("small");
  graph.opsets.set("", opset);
  graph.metadata = new Map(Object.entries(metadata));
  const b = new GraphBuilder(graph);
  for (const [name, shape] of Object.entries(inputs)) b.input(name, shape);
  for (const name of write(b)) b.output(name);
  const source = {
    name: "small.onnx",
    bytes: writeOnnx(graph),
    sibling: () => Promise.reject(new Error("stands alone")),
  };
  return (await onnx.read(source)).network;
}
