import { StriateError } from "../../base/errors.ts";
import { formatShape } from "../../base/shape.ts";
import { type Graph, nodeLabel } from "../../graph/graph.ts";
import { outerReads } from "../../graph/traverse.ts";

/** The newest operator set and file version that ONNX Runtime 1.30 runs. It has kernels from opset 7 on, for simple ops older ones. */
const NEWEST_OPSET = 26;
const NEWEST_IR = 13;

/** No value of a CNN has more elements: 8 GB in float32. */
const MOST_ELEMENTS = 2 ** 31;

/** Refuses operator sets that the engine does not run. */
export function checkVersions(graph: Graph): void {
  const opset = graph.opsets.get("");
  if (opset === undefined && graph.nodes.some((node) => node.domain === ""))
    throw new StriateError("the file does not say which operator set it uses; export it again");
  for (const [domain, version] of graph.opsets)
    if (!(version >= 1 && version <= 10_000))
      throw new StriateError(`the operator set ${version} of the domain "${domain}" cannot be`);
  if (opset !== undefined && opset > NEWEST_OPSET)
    throw new StriateError(
      `expected operator set ${NEWEST_OPSET} or older, got opset ${opset}; ` +
        `export the model with opset ${NEWEST_OPSET}`,
    );
  if ((graph.irVersion ?? 0) > NEWEST_IR)
    throw new StriateError(
      `expected IR version ${NEWEST_IR} or older, got ${graph.irVersion}; export the model with an older onnx package`,
    );
}

/** Refuses a graph in which a value has two makers, or none. Its nodes are in running order. */
export function checkValues(graph: Graph): void {
  const made = new Set([...graph.inputs.map((value) => value.name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...outerReads(node)])
      if (name !== "" && !made.has(name))
        throw new StriateError(`${nodeLabel(node)} reads the value "${name}", which nothing makes`);
    for (const name of node.outputs) {
      if (name === "") continue;
      if (made.has(name))
        throw new StriateError(`${nodeLabel(node)} makes the value "${name}" a second time`);
      made.add(name);
    }
  }
  for (const { name } of graph.outputs)
    if (!made.has(name)) throw new StriateError(`nothing makes the output "${name}"`);
}

/** Refuses shapes that no memory holds. */
export function checkSizes(graph: Graph): void {
  const values = [
    ...graph.inputs.map((value) => [value.name, value.shape] as const),
    ...[...graph.values].map(([name, { shape }]) => [name, shape] as const),
  ];
  for (const [name, shape] of values) {
    const elements = (shape ?? []).reduce<number>(
      (product, length) => (typeof length === "number" ? product * length : product),
      1,
    );
    if (
      elements > MOST_ELEMENTS ||
      shape?.some((length) => typeof length === "number" && length < 0)
    )
      throw new StriateError(
        `value "${name}" of shape ${formatShape(shape!)} is impossible: ${elements} elements`,
      );
  }
}
