import { naming } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { OpenedModel } from "../format.ts";
import type { OpenSource } from "../open-source.ts";
import { Checkpoint } from "./checkpoint.ts";
import type { TfFunction, TfGraph, TfNode } from "./graph-def.ts";
import { parseGraphProto } from "./graph-proto.ts";
import { intendedActivations } from "../keras/intended.ts";
import { inlineTfFunctions } from "./inline-functions.ts";
import { readKerasMetadata } from "./keras-metadata.ts";
import { lowerTensorFlow } from "./lower-tensorflow.ts";
import { type MetaGraph, type Signature, parseSavedModel } from "./saved-model-proto.ts";
import { bindSignature, chooseSignature } from "./signature.ts";
import { nodesBehind, placeOf } from "./sort-nodes.ts";
import { isPictureDecoder, onePictureFile } from "./settle/photo-entry.ts";
import { takeBranches } from "./take-branches.ts";
import { checkpointKeys, freezeVariables } from "./variables.ts";

/** Reads what the signature for serving runs. */
export const readSavedModel = (source: OpenSource): Promise<OpenedModel> =>
  naming(source.name, async () => {
    const graphs = parseSavedModel(source.bytes.subarray(0));
    const chosen = graphs.find(({ tags }) => tags.includes("serve")) ?? graphs[0]!;
    const parsed = parseGraphProto(chosen.graph, source.budget);
    const [name, signature] = chooseSignature(chosen.signatures, decodesPictures(parsed));
    const graph = await frozenGraph(parsed, chosen.restore, signature, source);
    const origin = {
      format: "TensorFlow SavedModel",
      dialect: `signature ${name}`,
      writer: chosen.writer === "" ? "" : `TensorFlow ${chosen.writer}`,
      file: source.name,
    };
    const network = lowerTensorFlow(graph, origin);
    const compile = await readKerasMetadata(source);
    const intended = compile && intendedActivations(compile, network.outputs);
    if (intended) network.intended = intended;
    return { network, ...(compile && { compile }) };
  });

type ParsedGraph = ReturnType<typeof parseGraphProto>;

/** Whether the bytes of picture files may go in: photos then enter as their pixels. */
const decodesPictures = ({ nodes, functions }: ParsedGraph): boolean =>
  [nodes, ...functions.map((made) => made.nodes)].some((list) =>
    list.some(({ op }) => isPictureDecoder(op)),
  );

/** What a signature runs, with its functions written out and its variables as constants. */
async function frozenGraph(
  { nodes, functions }: ParsedGraph,
  restore: MetaGraph["restore"],
  signature: Signature,
  source: OpenSource,
): Promise<TfGraph> {
  const ends = signature.outputs.map(({ tensor }) => placeOf(tensor)[0]);
  const { nodes: bound, outputs } = bindSignature(nodesBehind(nodes, ends), signature);
  const read = outputs.map((output) => placeOf(output)[0]);
  const forward = takeBranches(part(onePictureFile(bound), functions, read));
  const frozen = await freezeVariables(
    nodesBehind(forward, read),
    checkpointKeys(part(nodes, functions, [restore])),
    () => Checkpoint.open(source, "variables/variables"),
  );
  // The variables themselves are read by nothing any more.
  const needed = nodesBehind(frozen, read);
  const constants = new Map<string, Tensor>();
  for (const { name, attributes } of needed)
    if (attributes.value?.tensor) constants.set(name, attributes.value.tensor);
  return { nodes: needed, constants, outputs };
}

/** The nodes that lie behind these, with the functions that they call. */
const part = (nodes: readonly TfNode[], functions: readonly TfFunction[], ends: string[]) =>
  inlineTfFunctions(nodesBehind(nodes, ends), functions);
