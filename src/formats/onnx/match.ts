import type { ByteSource } from "../../base/byte-source.ts";

/** The fields of ONNX' ModelProto by number, with the wire type each must have. */
const fields: ReadonlyMap<number, number> = new Map([
  [1, 0], // ir_version
  [2, 2], // producer_name
  [3, 2], // producer_version
  [4, 2], // domain
  [5, 0], // model_version
  [6, 2], // doc_string
  [7, 2], // graph
  [8, 2], // opset_import
  [14, 2], // metadata_props
  [20, 2], // training_info
  [25, 2], // functions
  [26, 2], // configuration
]);
const GRAPH = 7;
/** Texts that are short in every file; TensorFlow's SavedModel has a whole graph in field 2. */
const SHORT_TEXT = 1000;

/**
 * Whether bytes look like an ONNX model. The format has no magic number: what is looked at is whether
 * the outermost protobuf fields are those of a ModelProto, with a graph among them. A file that is cut
 * off inside its graph still counts, so that its message can say so.
 */
export function looksLikeOnnx(bytes: ByteSource): boolean {
  const varint = varintsOf(bytes);
  let at = 0;
  let graph = false;
  while (at < bytes.length) {
    const tag = varint(at);
    if (tag === undefined) return graph;
    at = tag.next;
    const number = Math.floor(tag.value / 8);
    if (fields.get(number) !== tag.value % 8) return false;
    const value = varint(at);
    if (value === undefined) return graph;
    at = value.next;
    if (tag.value % 8 === 0) continue;
    if ((number === 2 || number === 3) && value.value > SHORT_TEXT) return false;
    graph ||= number === GRAPH;
    at += value.value;
  }
  return graph;
}

/** Bytes that are looked at together. */
const pieceBytes = 4096;

/** Reads protobuf varints of a file; undefined where it ends or one is longer than a double can hold. */
function varintsOf(bytes: ByteSource) {
  let piece: Uint8Array = new Uint8Array(0);
  let start = 0;
  const byteAt = (at: number): number | undefined => {
    if (!(at >= start && at < start + piece.length))
      piece = bytes.subarray((start = at), at + pieceBytes);
    return piece[at - start];
  };
  return (at: number): { value: number; next: number } | undefined => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = byteAt(at + i);
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, next: at + i + 1 };
    }
    return undefined;
  };
}
