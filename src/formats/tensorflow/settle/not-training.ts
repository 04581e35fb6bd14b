import { tensor, type Tensor } from "../../../base/tensor.ts";
import { TfAttributes, type TfNode, typeOfTf } from "../graph-def.ts";

/** Single numbers that a graph is fed to say whether it is trained, by what their names say. */
const switches: readonly (readonly [names: RegExp, types: RegExp, value: number])[] = [
  [/keep/i, /float/, 1],
  [/drop|rate/i, /float/, 0],
  [/(^|[^a-z])(is_?)?(test|infer|eval|predict|deterministic)/i, /bool/, 1],
  // Nothing else is said with yes and no at the door of a network.
  [/./, /bool/, 0],
  // A number may be anything: one that only begins so, as test_index, is something else.
  [/(^|[^a-z])(is_?)?(test|infer|eval|predict)[a-z]*(_(mode|phase|flag))?(_\d+)?$/i, /int/, 1],
  [/train|phase|learning/i, /int/, 0],
];

export interface NotTraining {
  nodes: TfNode[];
  /** The values that placeholders take, by name. */
  constants: Map<string, Tensor>;
  assumptions: string[];
}

/**
 * Placeholders of one value that say whether a network is in training (`keep_prob`, `phase_train`) take the
 * value of inference, and no one need feed them. Other ones with a default of one value take that.
 *
 * @param constants values of constants, by name
 */
export function notTraining(
  nodes: readonly TfNode[],
  constants: ReadonlyMap<string, Tensor>,
): NotTraining {
  const made: NotTraining = { nodes: [], constants: new Map(), assumptions: [] };
  for (const node of nodes) {
    const value = valueOf(node, constants);
    if (value === undefined) {
      made.nodes.push(node);
      continue;
    }
    made.constants.set(node.name, value);
    made.nodes.push({
      name: node.name,
      op: "Const",
      inputs: [],
      attributes: { value: { tensor: value } },
    });
    const word = value.type === "bool" ? String(value.data[0] !== 0) : String(value.data[0]);
    made.assumptions.push(`assumed: "${node.name}" is ${word}, as at inference`);
  }
  return made;
}

function valueOf(node: TfNode, constants: ReadonlyMap<string, Tensor>): Tensor | undefined {
  const hasDefault = node.op === "PlaceholderWithDefault";
  if (node.op !== "Placeholder" && !hasDefault) return undefined;
  const given = constants.get(node.inputs[0] ?? "");
  const code = node.attributes.dtype?.type;
  const type = given?.type ?? (code === undefined ? "float32" : typeOfTf(code));
  const shape = new TfAttributes(node).shape("shape");
  const isSingle = given ? given.data.length === 1 : shape === null || shape.length === 0;
  if (!isSingle || type === "string") return undefined;
  const [, , value] =
    switches.find(([names, types]) => types.test(type) && names.test(node.name)) ?? [];
  if (value === undefined) return given;
  if (type === "bool") return tensor("bool", given?.shape ?? [], Uint8Array.of(value));
  if (/int/.test(type)) return tensor("int32", given?.shape ?? [], Int32Array.of(value));
  return tensor("float32", given?.shape ?? [], Float32Array.of(value));
}
