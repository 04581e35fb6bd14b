import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { TfAttributes, type TfNode } from "./graph-def.ts";
import { Tracer } from "./tracer.ts";

/** What a graph's variables are, and which nodes read them. */
const handles = /^(VarHandleOp|VariableV2|Variable)$/;

/**
 * The names that a graph's variables have in its checkpoint. They need not be like the names in the
 * graph: TensorFlow 2 calls a kernel `layers/0/_kernel/.ATTRIBUTES/VARIABLE_VALUE`. What holds for
 * every writer, from TensorFlow 1 on, is the part of the graph that restores the variables, which
 * TensorFlow's own loader runs: RestoreV2 with the list of names, and an assignment for each.
 *
 * @param restore the nodes of that part, with its functions written out
 * @returns by the name of the variable's node
 */
export function checkpointKeys(restore: readonly TfNode[]): Map<string, string> {
  const tracer = new Tracer(restore);
  const keys = new Map<string, string>();
  for (const { op, inputs } of restore) {
    if (op !== "AssignVariableOp" && op !== "Assign") continue;
    const [variable] = tracer.trace(inputs[0] ?? "");
    const [restored, place] = tracer.trace(inputs[1] ?? "");
    if (!variable || !handles.test(variable.op) || restored?.op !== "RestoreV2") continue;
    const [names] = tracer.trace(restored.inputs[1] ?? "");
    const list = names?.attributes.value?.tensor;
    const key = list?.type === "string" ? (list.data as string[])[place] : undefined;
    if (key !== undefined) keys.set(variable.name, key);
  }
  return keys;
}

/**
 * Puts the values of a checkpoint where a graph reads its variables: such nodes become constants.
 *
 * @param open opens the checkpoint; only called when there is a variable
 * @throws StriateError naming a variable that has no value
 */
export async function freezeVariables(
  nodes: readonly TfNode[],
  keys: ReadonlyMap<string, string>,
  open: () => Promise<Checkpoint>,
): Promise<TfNode[]> {
  const tracer = new Tracer(nodes);
  const values = new Map<string, Tensor>();
  let checkpoint: Checkpoint | undefined;
  const valueOf = async (variable: TfNode): Promise<Tensor> => {
    const known = values.get(variable.name);
    if (known) return known;
    checkpoint ??= await open();
    const own = new TfAttributes(variable).text("shared_name", "") || variable.name;
    const key = keys.get(variable.name) ?? own;
    if (!checkpoint.has(key))
      throw new StriateError(`variable "${variable.name}" has no value in the checkpoint`);
    const value = await checkpoint.read(key);
    values.set(variable.name, value);
    return value;
  };
  const frozen: TfNode[] = [];
  for (const node of nodes) {
    const isRead = node.op === "ReadVariableOp";
    const variable = isRead ? tracer.trace(node.inputs[0] ?? "")[0] : node;
    if (isRead && variable?.op !== "VarHandleOp")
      throw new StriateError(
        `ReadVariableOp "${node.name}": reads ${variable ? `${variable.op} "${variable.name}"` : "what is not there"}, which is no variable`,
      );
    if (!isRead && (node.op === "VarHandleOp" || !handles.test(node.op))) frozen.push(node);
    else frozen.push(constant(node.name, await valueOf(variable!)));
  }
  return frozen;
}

const constant = (name: string, value: Tensor): TfNode => ({
  name,
  op: "Const",
  inputs: [],
  attributes: { value: { tensor: value } },
});
