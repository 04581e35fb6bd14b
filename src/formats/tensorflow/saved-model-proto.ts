import { StriateError } from "../../base/errors.ts";
import { shapeFrom } from "./graph-proto.ts";
import { wireEntry, wireField, wireFields, wireText } from "./wire.ts";

/** One of the graphs of a SavedModel: the one for serving, or for training, or for a TPU. */
export interface MetaGraph {
  /** `serve`, `gpu` */
  tags: string[];
  /** Version of the TensorFlow that wrote it. */
  writer: string;
  /** GraphDef, not yet parsed. */
  graph: Uint8Array;
  /** The node that restores the variables; empty where there are none. */
  restore: string;
  signatures: Map<string, Signature>;
}

/** Names for what goes in and comes out. */
export interface Signature {
  inputs: TensorInfo[];
  outputs: TensorInfo[];
}

export interface TensorInfo {
  key: string;
  /** The tensor of the graph: `serving_default_photo:0`. */
  tensor: string;
  /** Element type by TensorFlow's number. */
  type: number;
  shape: readonly (number | null)[] | null;
}

/**
 * The graphs of a SavedModel.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/saved_model.proto
 * and meta_graph.proto beside it
 */
export function parseSavedModel(bytes: Uint8Array): MetaGraph[] {
  const graphs: MetaGraph[] = [];
  for (const { number, bytes: content } of wireFields(bytes))
    if (number === 2) graphs.push(metaGraphFrom(content));
  if (graphs.length === 0) throw new StriateError("the SavedModel holds no graph");
  return graphs;
}

function metaGraphFrom(bytes: Uint8Array): MetaGraph {
  const made: MetaGraph = {
    tags: [],
    writer: "",
    graph: new Uint8Array(),
    restore: "",
    signatures: new Map(),
  };
  for (const field of wireFields(bytes)) {
    if (field.number === 1)
      for (const info of wireFields(field.bytes)) {
        if (info.number === 4) made.tags.push(wireText(info));
        if (info.number === 5) made.writer = wireText(info);
      }
    if (field.number === 2) made.graph = field.bytes;
    if (field.number === 3) {
      const restore = wireField(field.bytes, 3);
      if (restore) made.restore = wireText(restore);
    }
    if (field.number !== 5) continue;
    const entry = wireEntry(field);
    if (entry) made.signatures.set(entry[0], signatureFrom(entry[1]));
  }
  return made;
}

function signatureFrom(bytes: Uint8Array): Signature {
  const made: Signature = { inputs: [], outputs: [] };
  for (const field of wireFields(bytes)) {
    const entry = field.number === 1 || field.number === 2 ? wireEntry(field) : undefined;
    if (!entry) continue;
    const info: TensorInfo = { key: entry[0], tensor: "", type: 0, shape: null };
    for (const part of wireFields(entry[1])) {
      if (part.number === 1) info.tensor = wireText(part);
      if (part.number === 2) info.type = part.value;
      if (part.number === 3) info.shape = shapeFrom(part.bytes);
    }
    made[field.number === 1 ? "inputs" : "outputs"].push(info);
  }
  // The file keeps them in no order.
  const byKey = (a: TensorInfo, b: TensorInfo) => (a.key < b.key ? -1 : 1);
  made.inputs.sort(byKey);
  made.outputs.sort(byKey);
  return made;
}
