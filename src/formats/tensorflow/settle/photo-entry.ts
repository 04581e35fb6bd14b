import { tensor } from "../../../base/tensor.ts";
import { TfAttributes, type TfNode } from "../graph-def.ts";
import { placeOf } from "../sort-nodes.ts";

/** Ops that make pixels of the bytes of a picture file. */
const decoders = /^Decode(Jpeg|Png|Image|Bmp|Gif|WebP|AndCropJpeg)$/;
/** TensorFlow's number of the type float32. */
const FLOAT = 1;

/**
 * A graph that begins with the bytes of a picture file: the photo enters where its pixels first are real
 * numbers, from 0 to 255, behind the decoder and the Cast that follows it.
 *
 * @returns the nodes, and where the photo enters; undefined of other graphs
 */
export function photoEntry(nodes: readonly TfNode[]): { nodes: TfNode[]; entry?: string } {
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
  return { nodes: withoutUnread(changed, decoder.name), entry: entry.name };
}

/** What measures how many picture files are fed is told: else the files would be wanted beside the pixels. */
function measured(nodes: readonly TfNode[]): TfNode[] {
  const STRING = 7;
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

/** Without the decoder, and without what only it has read. */
function withoutUnread(nodes: readonly TfNode[], decoder: string): TfNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const counts = new Map<string, number>();
  const reads = ({ inputs }: TfNode) => inputs.map((input) => placeOf(input)[0]);
  for (const node of nodes)
    for (const name of reads(node)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const gone = new Set<string>();
  const open = [decoder];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = byName.get(name);
    if (
      !node ||
      gone.has(name) ||
      (counts.get(name) ?? 0) > 0 ||
      !/^(Decode|Identity|Const|Placeholder|Cast|Gather|StridedSlice|Reshape|Squeeze|Unpack|Substr)/.test(
        node.op,
      )
    )
      continue;
    if (name !== decoder && node.op === "Placeholder" && node.attributes.dtype?.type === FLOAT)
      continue;
    gone.add(name);
    for (const input of reads(node)) {
      counts.set(input, (counts.get(input) ?? 1) - 1);
      open.push(input);
    }
  }
  return nodes.filter(({ name }) => !gone.has(name));
}
