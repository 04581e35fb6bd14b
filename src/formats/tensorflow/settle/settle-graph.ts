import type { Tensor } from "../../../base/tensor.ts";
import type { TfGraph, TfNode } from "../graph-def.ts";
import { placeOf } from "../sort-nodes.ts";
import { takeBranches } from "../take-branches.ts";
import { decideSelects } from "./decide-selects.ts";
import { mergeBranches } from "./merge-branches.ts";
import { notTraining } from "./not-training.ts";
import { passAugmentation } from "./pass-augmentation.ts";
import { passDropout } from "./pass-dropout.ts";
import { photoEntry } from "./photo-entry.ts";
import { settleLists } from "./settle-lists.ts";
import { unrollLoops } from "./unroll-loops.ts";

export interface SettledGraph extends TfGraph {
  /** What was assumed, in sentences. */
  assumptions: string[];
  /** Where a photo enters as its pixels, where the file wants the bytes of a picture file. */
  entry?: string;
}

/**
 * A graph of TensorFlow as it is at inference on one photo: it is not in training, its loops are written
 * out, its branches decided or both computed, and photos enter as pixels.
 */
export function settleGraph(graph: TfGraph): SettledGraph {
  const still = notTraining(withoutUnused(graph.nodes), graph.constants);
  const constants = new Map([...graph.constants, ...still.constants]);
  const loops = unrollLoops(withValues(still.nodes, constants), constants);
  const lists = settleLists(loops.nodes, new Map([...constants, ...loops.constants]));
  const entered = photoEntry(
    takeBranches(lists.nodes.map((node) => singleBatch(node, loops.batches))),
    graph.outputs,
  );
  const { nodes: plain, passed } = passDropout(
    decideSelects(entered.nodes, graph.outputs),
    graph.outputs,
  );
  const { nodes, passed: augmented, constants: halves } = passAugmentation(plain, graph.outputs);
  const { entry } = entered;
  const assumptions = [
    ...still.assumptions,
    ...[...loops.batches].map(
      (name) => `assumed: "${name}" is fed one photo at a time, and loops over the batch run once`,
    ),
    ...(passed.length > 0
      ? [`dropout passes everything on, as at inference: ${passed.slice(0, 4).join(", ")}`]
      : []),
    ...(augmented.length > 0
      ? [`augmentation by chance is left out: ${augmented.slice(0, 4).join(", ")}`]
      : []),
    ...(entry === undefined
      ? []
      : [
          `the file starts from the bytes of a picture file: a photo enters as its pixels, 0 to 255, at "${entry}"`,
        ]),
  ];
  return {
    nodes: mergeBranches(nodes),
    constants: new Map([...constants, ...loops.constants, ...lists.constants, ...halves]),
    ...(graph.inputs && { inputs: graph.inputs }),
    ...(graph.outputs && { outputs: graph.outputs }),
    assumptions,
    ...(entry !== undefined && { entry }),
  };
}

/** Functions that are written out leave placeholders behind that nobody reads. */
function withoutUnused(nodes: readonly TfNode[]): TfNode[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => placeOf(input)[0])));
  return nodes.filter(
    ({ name, op }) => op !== "Placeholder" || read.has(name) || !/unused_control/.test(name),
  );
}

/** Constants with their values, wherever the file keeps them. */
const withValues = (nodes: readonly TfNode[], constants: ReadonlyMap<string, Tensor>): TfNode[] =>
  nodes.map((node) => {
    const value =
      node.op === "Const" && !node.attributes.value ? constants.get(node.name) : undefined;
    return value ? { ...node, attributes: { ...node.attributes, value: { tensor: value } } } : node;
  });

/** A placeholder whose free batch is one. */
function singleBatch(node: TfNode, batches: ReadonlySet<string>): TfNode {
  const shape = node.attributes.shape?.shape;
  if (!shape || !batches.has(node.name)) return node;
  return { ...node, attributes: { ...node.attributes, shape: { shape: [1, ...shape.slice(1)] } } };
}
