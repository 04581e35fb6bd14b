import { counted } from "../../base/counted.ts";
import { StriateError } from "../../base/errors.ts";
import type { Tensor } from "../../base/tensor.ts";
import { type RuleSet, deconvnet, guidedBackpropagation } from "../../gradient/rule-sets.ts";
import { findValue } from "../target/find-value.ts";
import { type GradientTerm, seedAt } from "./gradient-query.ts";
import { findHead } from "../head/head.ts";
import { type Network, type Port, toUser } from "../network.ts";
import { resolveTarget } from "../target/resolve-target.ts";
import type { RunningNetwork } from "../running.ts";
import { parseTarget } from "../target/target.ts";

/** A value of the network, or elements of it: one of `output`, `layer` and `value` says which. */
export interface Differentiable {
  /** An output, by name or number. */
  output?: string | number;
  /** A layer's output, by the layer's address. */
  layer?: string;
  /** Any value: `conv2d_1_pre` is a layer's value before its own activation, an ONNX file has names of its own. */
  value?: string;
  /**
   * Which element, without the batch, in the model's own layout: `1` or `[1]` of a list of classes,
   * `[row, column, channel]` of maps. Null stands for all along an axis; all are added up where nothing
   * is said.
   */
  index?: number | readonly (number | null)[];
  /** 1 by default; -1 takes it off. */
  weight?: number;
}

/** What `model.gradient` differentiates, by what, and with which rules. */
export interface GradientOptions {
  /**
   * What is differentiated: a target (`class:dog`, `unit:conv2d_3[17]@4,5`, `predicted`, the default), or
   * values and their elements; several are added up.
   */
  of?: string | Differentiable | readonly Differentiable[];
  /** Other rules at the ReLUs. */
  rules?: "guided-backprop" | "deconvnet" | RuleSet;
}

/**
 * Gradients for each row of a batch, in the user's layout.
 *
 * @param feeds tensors by input name
 * @param wrt names of values, as {@link findValue} takes them
 */
export async function gradientOf(
  running: RunningNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  { of = "predicted", rules }: GradientOptions,
  wrt: readonly string[],
): Promise<Tensor[]> {
  const { network } = running;
  const ports = wrt.map((name) => findValue(network, name));
  const { gradients } = await running.gradients(feeds, {
    of: typeof of === "string" ? await targetTerms(running, feeds, of) : termsOf(network, of),
    wrt: ports.map(({ value }) => value),
    rules:
      rules === "guided-backprop"
        ? guidedBackpropagation
        : rules === "deconvnet"
          ? deconvnet
          : rules,
  });
  return gradients.map((value, i) => toUser(value, plainPort(ports[i]!, value)));
}

async function targetTerms(
  running: RunningNetwork,
  feeds: Readonly<Record<string, Tensor>>,
  text: string,
): Promise<readonly GradientTerm[]> {
  const { network } = running;
  const target = parseTarget(text);
  const head = findHead(network);
  const predicts = target.kind === "predicted" || ("name" in target && target.name === "");
  if (!predicts || head === undefined) return resolveTarget(network, target).terms;
  const [output] = await running.runRows(feeds, [head.port.value]);
  return resolveTarget(network, target, { output: toUser(output!, head.port) }).terms;
}

const termsOf = (network: Network, of: Differentiable | readonly Differentiable[]) =>
  (Array.isArray(of) ? (of as readonly Differentiable[]) : [of as Differentiable]).map((each) =>
    termOf(network, each),
  );

/** A value of unknown rank has the graph's own layout. */
const plainPort = (port: Port, value: Tensor): Pick<Port, "order"> =>
  port.order.length === value.shape.length ? port : { order: [...value.shape.keys()] };

function termOf(network: Network, choice: Differentiable): GradientTerm {
  const { index, weight } = choice;
  const port = portOf(network, choice);
  if (index === undefined) return { value: port.value, seed: seedAt([], weight) };
  const user = [null, ...(typeof index === "number" ? [index] : index)];
  if (user.length > port.shape.length && port.shape.length > 0)
    throw new StriateError(
      `"${port.name}" has ${port.shape.length - 1} axes besides the batch, got an index of ${user.length - 1}`,
    );
  const axes = port.order.length > 0 ? port.order : user.keys();
  const graph = [...axes].map((axis) => user[axis] ?? null);
  return { value: port.value, seed: seedAt(graph.slice(1), weight) };
}

function portOf(network: Network, { output, layer, value }: Differentiable): Port {
  if (typeof output === "number") {
    const port = network.outputs[output];
    if (port) return port;
    throw new StriateError(
      `the network has ${counted(network.outputs.length, "output")}, got number ${output}`,
    );
  }
  const name = output ?? layer ?? value;
  if (name === undefined)
    throw new StriateError("say what to differentiate: { output }, { layer } or { value }");
  const given =
    output === undefined ? undefined : network.outputs.find((port) => port.name === name);
  return given ?? findValue(network, name);
}
