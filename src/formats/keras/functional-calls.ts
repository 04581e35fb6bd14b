import { StriateError } from "../../base/errors.ts";
import type { Call, KerasModel, Layer, Ref } from "../../model/model.ts";
import { inputLayer } from "../../layers/core/input-layer.ts";
import { type Json, isObject, listOf } from "./json.ts";
import { isOperation } from "./layer-definition.ts";
import { type Node, type Place, isPlace, parseNode } from "./inbound-node.ts";

/**
 * The calls of a functional model, from the `inbound_nodes` of its layers, in an order in which each
 * call comes after those it reads.
 *
 * @param entries the layers as the file has them
 * @param layers the same ones, parsed
 */
export function connectFunctional(
  config: Json,
  entries: readonly Json[],
  layers: readonly Layer[],
): Pick<KerasModel, "calls" | "inputs" | "outputs"> {
  // By the name that the file uses: a repeated one has got another.
  const byName = new Map<string, Layer>();
  entries.forEach((entry, i) => {
    const name = nameOf(entry) ?? layers[i]!.name;
    if (!byName.has(name)) byName.set(name, layers[i]!);
  });
  const nodes = new Map<Layer, Node[]>();
  entries.forEach((entry, i) => {
    const inbound = listOf(entry.inbound_nodes ?? [], `"${layers[i]!.name}": inbound_nodes`);
    const parsed = inbound.map((node) => parseNode(node, byName, isOperation(entry)));
    if (!isOperation(entry)) refuseConstants(layers[i]!, parsed);
    nodes.set(
      layers[i]!,
      parsed.filter((node) => node.inputs.length > 0),
    );
  });
  const resolve = new References(byName, nodes).resolver();

  const calls: Call[] = [];
  for (const [layer, own] of nodes)
    own.forEach((node, index) =>
      calls.push({
        layer,
        index,
        inputs: node.inputs.map((place) => resolve(place, node.dialect)),
        kwargs: node.kwargs,
        ...(node.args ? { args: node.args } : {}),
      }),
    );
  const dialect = [...nodes.values()].flat()[0]?.dialect ?? "arguments";
  const ends = (key: "input_layers" | "output_layers"): Ref[] => {
    const places = flattenPlaces(config[key]);
    if (places.length === 0) throw new StriateError(`the model names no ${key}`);
    return places.map((place) => resolve(place, dialect, true));
  };
  const inputs = ends("input_layers");
  for (const { layer } of inputs)
    if ((layer.definition as unknown) !== inputLayer)
      throw new StriateError(`the model's input "${layer.name}" is no InputLayer`);
  return { calls: sortCalls(calls), inputs, outputs: ends("output_layers") };
}

/** A sum with a number that is left out would be another sum. */
function refuseConstants({ name, className, definition }: Layer, nodes: readonly Node[]): void {
  if (definition?.kind !== "merging") return;
  const constant = nodes.flatMap(({ args = [] }) => args).find((item) => typeof item === "number");
  if (constant !== undefined)
    throw new StriateError(
      `${className} "${name}" is called with ${constant}, where it takes tensors`,
    );
}

const nameOf = (entry: Json): string | undefined => {
  const name = entry.name ?? (isObject(entry.config) ? entry.config.name : undefined);
  return typeof name === "string" ? name : undefined;
};

/** `["name", 0, 0]`, a list of these, or an object of these, in the order in which Keras flattens. */
function flattenPlaces(value: unknown): Place[] {
  if (isPlace(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(flattenPlaces);
  if (isObject(value))
    return Object.keys(value)
      .sort()
      .flatMap((key) => flattenPlaces(value[key]));
  return [];
}

/**
 * Finds out which call a node index means.
 *
 * A nested model that was made from an input has a node of its own, number 0, which no file lists:
 * its first call has index 1. In Keras 1 and 2 that holds for every reference; in Keras 3 for those of
 * `input_layers` and `output_layers` only. Some versions of Keras 2 do not count it for Sequential
 * models: a reference to index 0 tells.
 */
class References {
  readonly #byName: ReadonlyMap<string, Layer>;
  readonly #nodes: ReadonlyMap<Layer, readonly Node[]>;
  readonly #used = new Map<string, Set<number>>();

  constructor(byName: ReadonlyMap<string, Layer>, nodes: ReadonlyMap<Layer, readonly Node[]>) {
    this.#byName = byName;
    this.#nodes = nodes;
    for (const node of [...nodes.values()].flat())
      for (const [name, index] of node.inputs) {
        const used = this.#used.get(name) ?? new Set();
        this.#used.set(name, used.add(index));
      }
  }

  resolver(): (place: Place, dialect: Node["dialect"], isEnd?: boolean) => Ref {
    return ([name, index, output], dialect, isEnd = false) => {
      const layer = this.#byName.get(name);
      if (layer === undefined)
        throw new StriateError(`a layer reads "${name}", which is not there`);
      const count = this.#nodes.get(layer)!.length;
      const isInput = (layer.definition as unknown) === inputLayer;
      const call = index - this.#offset(layer, name, index, dialect, isEnd);
      if (call < 0 || (call >= count && !(isInput && call === 0)))
        throw new StriateError(`a layer reads call ${index} of "${name}", which has ${count}`);
      return { layer, call, output };
    };
  }

  #offset(
    layer: Layer,
    name: string,
    index: number,
    dialect: Node["dialect"],
    isEnd: boolean,
  ): 0 | 1 {
    if (layer.model === undefined || layer.definition !== undefined || index === 0) return 0;
    if (dialect === "arguments") return isEnd && layer.className === "Functional" ? 1 : 0;
    return this.#used.get(name)?.has(0) ? 0 : 1;
  }
}

/** Puts calls into an order in which each comes after those it reads; keeps the file's order. */
function sortCalls(calls: readonly Call[]): Call[] {
  const key = (layer: Layer, call: number) => `${call}:${layer.name}`;
  const waiting = new Map<string, Call[]>();
  const missing = new Map<Call, number>();
  const made = new Set(calls.map((call) => key(call.layer, call.index)));
  for (const call of calls) {
    const needs = new Set(call.inputs.map((ref) => key(ref.layer, ref.call)));
    const inner = [...needs].filter((need) => made.has(need));
    missing.set(call, inner.length);
    for (const need of inner) waiting.set(need, [...(waiting.get(need) ?? []), call]);
  }
  const sorted: Call[] = [];
  const ready = calls.filter((call) => missing.get(call) === 0);
  for (let i = 0; i < ready.length; i++) {
    const call = ready[i]!;
    sorted.push(call);
    for (const reader of waiting.get(key(call.layer, call.index)) ?? []) {
      const left = missing.get(reader)! - 1;
      missing.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  const stuck = calls.find((call) => missing.get(call)! > 0);
  if (stuck) throw new StriateError(`"${stuck.layer.name}" reads what it makes: a cycle of layers`);
  return sorted;
}
