import { naming } from "../base/errors.ts";
import type { Graph } from "../graph/graph.ts";
import { inlineFunctions } from "../graph/passes/opening/inline-functions.ts";
import { liftBodyWeights } from "../graph/passes/opening/lift-body-weights.ts";
import { liftConstants } from "../graph/passes/opening/lift-constants.ts";
import { separatePads } from "../graph/passes/engine/separate-pads.ts";
import { hasHalves, widenHalves } from "../graph/passes/opening/widen-halves.ts";
import type { ModelProto } from "../graph/protobuf/onnx_pb.ts";
import { externalFiles, parseOnnx } from "../graph/protobuf/parse.ts";
import { graphOfModel } from "../graph/protobuf/read.ts";
import { regularizationOf, trainingOf } from "./losses.ts";
import { writeOnnx } from "../graph/protobuf/write.ts";
import { sortNodes } from "../graph/traverse.ts";
import { findHead } from "../model/head.ts";
import type { Network } from "../model/network.ts";
import { inferShapes } from "../ops/infer-shapes.ts";
import { type ModelSource, defineFormat } from "./format.ts";
import { checkSizes, checkValues, checkVersions } from "./onnx/check.ts";
import { exportGraph } from "./onnx/export-graph.ts";
import { findEnds } from "./onnx/ends.ts";
import { externalReader } from "./onnx/external-data.ts";
import { layerTable } from "./onnx/layer-table.ts";
import { endsOf, leftOutNodes } from "./onnx/left-out-nodes.ts";
import { looksLikeOnnx } from "./onnx/match.ts";
import { readMetadata } from "./onnx/metadata.ts";
import { Ports } from "./onnx/ports.ts";

/**
 * ONNX files of operator set 7 to 26. Tensors go in and come out in the file's own layout, whatever it
 * is; float16 and bfloat16 networks are computed in float32.
 *
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 */
export const onnx = defineFormat({
  id: "onnx",
  title: "ONNX",
  extensions: [".onnx"],
  about: {
    reads: [
      "operator sets 7 to 26, IR to 13, external data beside the file, functions, bodies of If, Loop and Scan with their weights",
      "float16 and bfloat16 (computed in float32), integer codes as the real numbers that they stand for",
      "one picture without a batch, `(3, H, W)` or `(H, W, 3)`; bytes go in as they are",
    ],
    leavesOut: [
      "ops of custom domains, and ops that the engine has not (their names are in formats/onnx/engine-ops.ts)",
      "outputs that are lists, tables or text: ZipMap, LabelEncoder, sequences",
    ],
    refuses: [
      "newer operator sets",
      "graphs with a cycle, or values that nothing makes",
      "external data outside of the file's folder",
    ],
  },
  match: ({ bytes }) => looksLikeOnnx(bytes),
  read: (source) =>
    naming(source.name, async () => {
      const model = parseOnnx(source.bytes.subarray(0));
      const external = await externalReader(source, externalFiles(model));
      return { network: networkOf(graphOfModel(model, { external }), model, source) };
    }),
  writer: {
    answers: [".onnx"],
    runs: true,
    loses: (model) => [...trainingOf(model), ...regularizationOf(model)],
    write: ({ network }, name) =>
      Promise.resolve([{ path: name, bytes: writeOnnx(separatePads(exportGraph(network))) }]),
  },
});

function networkOf(file: Graph, model: ModelProto, source: ModelSource): Network {
  checkVersions(file);
  let graph = liftBodyWeights(liftConstants(inlineFunctions(file)));
  const halves = hasHalves(graph);
  if (halves) graph = widenHalves(graph);
  graph.nodes = sortNodes(graph.nodes);
  checkValues(graph);
  inferShapes(graph);
  checkSizes(graph);
  const ports = new Ports(graph);
  const { inputs, outputs, labels } = findEnds(graph, (value) => ports.plain(value));
  const lost = leftOutNodes(graph);
  const ends = endsOf(graph, lost, outputs, (value) => ports.plain(value));
  const network: Network = {
    name: graph.name || stemOf(source.name),
    graph,
    layout: "NCHW",
    inputs,
    outputs: ends.outputs,
    ...(ends.lost.length > 0 && { lostOutputs: ends.lost }),
    ...layerTable(graph, inputs, (value) => ports.real(value), lost),
    random: [],
    updates: new Map(),
    ...readMetadata(graph.metadata),
    origin: {
      format: "ONNX",
      dialect: `opset ${graph.opsets.get("") ?? "of a custom domain"}${halves ? ", half precision" : ""}`,
      writer: `${model.producerName} ${model.producerVersion}`.trim(),
      file: source.name,
    },
  };
  if (labels?.length === findHead(network)?.classes) network.labels ??= labels;
  return network;
}

/** The file's name without folder and ending. */
const stemOf = (path: string): string => path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
