import { StriateError } from "../../base/errors.ts";
import type { TfNode } from "./graph-def.ts";
import type { Signature } from "./saved-model-proto.ts";
import { placeOf } from "./sort-nodes.ts";

/** Signatures of TensorFlow's own, which run nothing that a user calls. */
const internal = /^__saved_model_/;
/** TensorFlow's number for texts: encoded pictures, or the records of an Estimator. */
const TEXT = 7;

/**
 * The signature that is run: `serving_default`, else the first that takes numbers and gives some; of a network
 * that decodes pictures, where none takes numbers, one that takes their bytes.
 *
 * @throws StriateError when there is none
 */
export function chooseSignature(
  signatures: ReadonlyMap<string, Signature>,
  decodes = false,
): [name: string, signature: Signature] {
  const named = [...signatures].filter(([name]) => !internal.test(name));
  if (named.length === 0)
    throw new StriateError(
      "the SavedModel has no signature, so nothing says what goes in and comes out; save it with signatures=...",
    );
  const given = named
    // Names of classes come out beside their scores in some; no layer makes them.
    .map(([name, { inputs, outputs }]): [string, Signature] => [
      name,
      { inputs, outputs: outputs.filter(({ type }) => type !== TEXT) },
    ])
    .filter(([, { outputs }]) => outputs.length > 0);
  const ofNumbers = given.filter(([, { inputs }]) => inputs.some(({ type }) => type !== TEXT));
  const usable = ofNumbers.length > 0 || !decodes ? ofNumbers : given;
  const chosen = usable.find(([name]) => name === "serving_default") ?? usable[0];
  if (chosen) return chosen;
  throw new StriateError(
    `no signature takes and gives numbers: ${named.map(([name]) => `"${name}"`).join(", ")}; export the model with one that takes pictures as an array`,
  );
}

/**
 * Names the inputs and outputs of a graph as the signature does: what it feeds becomes a Placeholder,
 * what it fetches an Identity. Placeholders that are not fed take their default.
 */
export function bindSignature(
  nodes: readonly TfNode[],
  signature: Signature,
): { nodes: TfNode[]; outputs: string[] } {
  const taken = new Set(nodes.map(({ name }) => name));
  const fed = new Map<string, TfNode>();
  for (const { key, tensor, type, shape } of signature.inputs) {
    const [node] = placeOf(tensor);
    if (!taken.has(node)) continue;
    const isFree = key === node || !taken.has(key);
    if (isFree) taken.add(key);
    fed.set(node, {
      name: isFree ? key : node,
      op: "Placeholder",
      inputs: [],
      attributes: { dtype: { type }, shape: { shape } },
    });
  }
  const read = (input: string): string => {
    const [name] = placeOf(input);
    return fed.get(name)?.name ?? input;
  };
  const bound = nodes.map((node): TfNode => {
    const input = fed.get(node.name);
    if (!input) {
      const op = node.op === "PlaceholderWithDefault" ? "Identity" : node.op;
      return { ...node, op, inputs: node.inputs.map(read) };
    }
    const own = node.attributes.shape;
    return input.attributes.shape?.shape === null && own
      ? { ...input, attributes: { ...input.attributes, shape: own } }
      : input;
  });
  const outputs = signature.outputs.map(({ key, tensor }) => {
    if (tensor === key || tensor === `${key}:0`) return key;
    let name = key;
    for (let i = 1; taken.has(name); i++) name = `${key}_${i}`;
    taken.add(name);
    bound.push({ name, op: "Identity", inputs: [read(tensor)], attributes: {} });
    return name;
  });
  return { nodes: bound, outputs };
}
