import { naming } from "../../base/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { inlineFunctions } from "../../graph/passes/opening/inline-functions.ts";
import { liftBodyWeights } from "../../graph/passes/opening/lift-body-weights.ts";
import { liftConstants } from "../../graph/passes/opening/lift-constants.ts";
import { hasHalves, widenHalves } from "../../graph/passes/opening/widen-halves.ts";
import type { ModelProto } from "../../graph/protobuf/onnx-messages.ts";
import { externalFiles, parseOnnx } from "../../graph/protobuf/parse.ts";
import { graphOfModel } from "../../graph/protobuf/read.ts";
import { sortNodes } from "../../graph/traverse.ts";
import { findHead } from "../../model/head/head.ts";
import type { Network } from "../../model/network.ts";
import { inferShapes } from "../../ops/infer/infer-shapes.ts";
import type { ModelSource, OpenedModel } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { checkSizes, checkValues, checkVersions } from "./check.ts";
import { findEnds } from "./ends.ts";
import { externalReader } from "./external-data.ts";
import { layerTable } from "./layer-table.ts";
import { endsOf, leftOutNodes } from "./left-out-nodes.ts";
import { readMetadata } from "./metadata.ts";
import { Ports } from "./ports.ts";

/** Reads an ONNX file, with the files beside it that hold its weights. */
export const readOnnxFile = (source: OpenSource): Promise<OpenedModel> =>
  naming(source.name, async () => {
    const model = parseOnnx(source.bytes.subarray(0));
    const external = await externalReader(source, externalFiles(model));
    return { network: networkOf(graphOfModel(model, { external }), model, source) };
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
  if (labels && labels.length === findHead(network, labels)?.classes) network.labels ??= labels;
  return network;
}

/** The file's name without folder and ending. */
const stemOf = (path: string): string => path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
