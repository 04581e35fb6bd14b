import { sizeOf } from "../../base/shape.ts";
import type { Dim } from "../../graph/graph.ts";
import type { KerasShape, SymbolicTensor } from "../../layers/define-layer.ts";
import type { Call, Layer } from "../model.ts";
import type { NetworkLayer, NetworkWeight, Port, Unavailable } from "../network.ts";
import { leftOutLayer } from "./leave-out.ts";

/** What a layer's activation was given, where the layer ends in one. */
export interface BeforeActivation {
  readonly x: SymbolicTensor;
  readonly activation: string;
}

/** What one call of a layer read and made. */
export interface LoweredCall {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** Where its weights are, in the file's order. */
  readonly weights: readonly string[];
  readonly before?: BeforeActivation;
}

/** The layers of a network while it is lowered: what each call made, and by whom a tensor was made. */
export class LoweredLayers {
  readonly list: NetworkLayer[] = [];
  readonly #weights: ReadonlyMap<string, NetworkWeight>;
  /**
   * The address of the layer that made each tensor. By tensor, not by graph value: a layer that passes
   * its input on (Dropout) makes a tensor of its own of the same value.
   */
  readonly #makers = new Map<SymbolicTensor, string>();

  constructor(weights: ReadonlyMap<string, NetworkWeight>) {
    this.#weights = weights;
  }

  /** Lists a call of a layer under its address. */
  add(layer: Layer, address: string, { inputs, outputs, weights, before }: LoweredCall): void {
    const parameters = { trainable: 0, fixed: 0 };
    for (const path of weights) {
      const weight = this.#weights.get(path)!;
      parameters[weight.trainable ? "trainable" : "fixed"] += sizeOf(weight.shape);
    }
    this.list.push({
      address,
      className: layer.className,
      kind: layer.definition?.kind ?? "model",
      ...(layer.definition?.facts && { facts: layer.definition.facts }),
      inbound: inputs.map((x) => this.#makers.get(x) ?? ""),
      reads: inputs.map((x) => x.value),
      outputs: outputs.map((x, i) => portOf(outputs.length > 1 ? `${address}:${i}` : address, x)),
      ...(before && {
        preActivation: portOf(address, before.x),
        activation: before.activation,
      }),
      weights: [...weights],
      parameters,
      config: layer.config,
    });
    for (const x of outputs) this.#makers.set(x, address);
  }

  /**
   * Lists a layer that is in the file and cannot be run.
   *
   * @param inputs the tensors that it would read, as far as they were made
   */
  addLeftOut(
    { layer, inputs: refs }: Call,
    unavailable: Unavailable,
    place: string,
    inputs: readonly (SymbolicTensor | undefined)[],
  ): void {
    const inbound = refs.map((ref, i) => {
      const x = inputs[i];
      return x ? (this.#makers.get(x) ?? "") : `${place}${ref.layer.name}`;
    });
    this.list.push(leftOutLayer(layer, unavailable, place, inbound));
  }
}

/** A tensor as a place of the network where values come out. */
export const portOf = (name: string, x: SymbolicTensor): Port => ({
  name,
  value: x.value,
  type: x.type,
  shape: dimsOf(x.shape),
  order: x.order,
});

/** A shape of Keras as the graph has it: a free batch is `N`. */
export const dimsOf = (shape: KerasShape): Dim[] =>
  shape.map((length, axis) => (axis === 0 && length === null ? "N" : length));
