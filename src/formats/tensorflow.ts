import type { ByteSource } from "../base/byte-source.ts";
import { StriateError, naming } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { defineFormat } from "./format.ts";
import { parseGraphProto } from "./tensorflow/graph-proto.ts";
import { inlineTfFunctions } from "./tensorflow/inline-functions.ts";
import { lowerTfGraph } from "./tensorflow/lower-graph.ts";

/** Frozen TensorFlow graphs: a GraphDef with its variables turned into constants. */
export const tensorflow = defineFormat({
  id: "tensorflow",
  title: "TensorFlow graph (.pb)",
  extensions: [".pb"],
  match: ({ bytes }) => isGraphDef(head(bytes)),
  read: (source) =>
    naming(source.name, () => {
      const { nodes: called, functions } = parseGraphProto(source.bytes.subarray(0), source.budget);
      const nodes = inlineTfFunctions(called, functions);
      const variable = nodes.find(({ op }) => /^Var(iable|HandleOp)/.test(op));
      if (variable)
        throw new StriateError(
          `the graph is not frozen: "${variable.name}" is a variable, whose values lie in a checkpoint; freeze it first`,
        );
      const constants = new Map<string, Tensor>();
      for (const { name, attributes } of nodes)
        if (attributes.value?.tensor) constants.set(name, attributes.value.tensor);
      const origin = {
        format: "TensorFlow",
        dialect: "frozen graph",
        writer: "",
        file: source.name,
      };
      return Promise.resolve({ network: lowerTfGraph({ nodes, constants }, "graph", origin) });
    }),
});

/** As many bytes as the first node's name and op can take. */
const head = (bytes: ByteSource): Uint8Array => bytes.subarray(0, 512);

/** A list of nodes (field 1), each with a name (field 1) and an op (field 2). */
function isGraphDef(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a) return false;
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80 && at < 6) at++;
  const name = at + 1;
  const op = name + 2 + (bytes[name + 1] ?? 0);
  return bytes[name] === 0x0a && (bytes[name + 1] ?? 0x80) < 0x80 && bytes[op] === 0x12;
}
