import { separatePads } from "../../graph/passes/engine/separate-pads.ts";
import { writeOnnx } from "../../graph/protobuf/write.ts";
import type { OpenedModel, WrittenFile } from "../format.ts";
import { exportGraph } from "./export-graph.ts";

/** The bytes of a network as an ONNX file. */
export const writeOnnxFile = ({ network }: OpenedModel, name: string): WrittenFile[] => [
  { path: name, bytes: writeOnnx(separatePads(exportGraph(network))) },
];
