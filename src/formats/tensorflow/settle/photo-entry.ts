import { tensor } from "../../../base/tensor.ts";
import { TfAttributes, type TfNode } from "../graph-def.ts";
import { placeOf } from "../sort-nodes.ts";
import { withoutDead } from "./without-dead.ts";

/** Ops that make pixels of the bytes of a picture file. */
export const isPictureDecoder = (op: string): boolean => decoders.test(op);
const decoders = /^Decode(Jpeg|Png|Image|Bmp|Gif|WebP|AndCropJpeg)$/;
/** TensorFlow's number of the type float32. */
const FLOAT = 1;
/** That of texts and bytes. */
const STRING = 7;

/**
 * A graph that begins with the bytes of a picture file: the photo enters where its pixels first are real
 * numbers, from 0 to 255, behind the decoder and the Cast that follows it.
 *
 * @param outputs what the graph gives, where it says so
 * @returns the nodes, and where the photo enters; undefined of other graphs
 */
export function photoEntry(
  nodes: readonly TfNode[],
  outputs?: readonly string[],
): { nodes: TfNode[]; entry?: string } {
  const decoder = nodes.find(({ op }) => decoders.test(op));
  if (!decoder) return { nodes: [...nodes] };
  const readers = (name: string) =>
    nodes.filter(({ inputs }) => inputs.some((input) => placeOf(input)[0] === name));
  let entry = decoder;
  for (const passing = new Set<string>(); !passing.has(entry.name);) {
    passing.add(entry.name);
    const [reader, ...others] = readers(entry.name);
    if (!reader || others.length > 0 || entry.op === "Cast") break;
    if (/^(Cast|Identity)$/.test(reader.op)) entry = reader;
  }
  const channels = new TfAttributes(decoder).int("channels", 0) || 3;
  const placeholder: TfNode = {
    name: entry.name,
    op: "Placeholder",
    inputs: [],
    attributes: { dtype: { type: FLOAT }, shape: { shape: [null, null, channels] } },
  };
  const changed = measured(nodes).map((node) => (node === entry ? placeholder : node));
  const unread = entry === decoder ? decoder.inputs : [decoder.name];
  return { nodes: withoutDead(changed, unread, outputs), entry: entry.name };
}

/** Placeholders of a list of picture files: of one, since photos enter one by one. A loop over them runs once. */
export const onePictureFile = (nodes: readonly TfNode[]): TfNode[] =>
  nodes.map((node) => {
    const { dtype, shape } = node.attributes;
    const isList = shape?.shape?.length === 1 && shape.shape[0] === null;
    return /^Placeholder/.test(node.op) && dtype?.type === STRING && isList
      ? { ...node, attributes: { ...node.attributes, shape: { shape: [1] } } }
      : node;
  });

/** What measures how many picture files are fed is told: else the files would be wanted beside the pixels. */
function measured(nodes: readonly TfNode[]): TfNode[] {
  const shapes = new Map(
    nodes.flatMap(({ name, op, attributes: { dtype, shape } }) =>
      /^Placeholder/.test(op) && dtype?.type === STRING && shape?.shape
        ? [[name, shape.shape]]
        : [],
    ),
  );
  return nodes.map((node) => {
    const shape = node.op === "Shape" && shapes.get(placeOf(node.inputs[0] ?? "")[0]);
    if (!shape || !shape.every((length) => typeof length === "number")) return node;
    const value = tensor("int32", [shape.length], Int32Array.from(shape as number[]));
    return { name: node.name, op: "Const", inputs: [], attributes: { value: { tensor: value } } };
  });
}
