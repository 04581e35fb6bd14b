import { StriateError } from "../base/errors.ts";
import { type DataType, type Tensor, castTo, toFloat32 } from "../base/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { isLarge } from "../graph/passes/engine/lend-weights.ts";
import { withGiven, withOutputs } from "../graph/outputs.ts";
import type { Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import { type Network, type Port, checkInput, toGraph } from "./network.ts";

/**
 * A network with an engine. It asks the engine for chosen values only: one session for each set of
 * values, kept for the next call with the same set.
 */
export class RunningNetwork {
  readonly network: Network;
  readonly runtime: Runtime;
  readonly #options: SessionOptions;
  readonly #sessions = new Map<string, Promise<Session>>();
  /** Sessions kept at once: each holds a copy of the weights that it needs. */
  static readonly #kept = 4;

  constructor(network: Network, runtime: Runtime, options: SessionOptions = {}) {
    this.network = network;
    this.runtime = runtime;
    // Decided for the whole: its parts are run alike.
    this.#options = { ...options, lean: options.lean === true && isLarge(network.graph) };
  }

  /**
   * Runs the network once.
   *
   * @param feeds tensors by port name, in the user's layout
   * @param values graph values to compute
   * @param known graph values of an earlier run with the same feeds, which are not computed again
   * @returns the values in the graph's layout (NCHW), in the order asked for
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    values: readonly string[],
    known: Readonly<Record<string, Tensor>> = {},
  ): Promise<Tensor[]> {
    const inputs: Record<string, Tensor> = {};
    for (const port of this.network.inputs) {
      const given = feeds[port.name];
      if (given === undefined) continue;
      checkInput(given, port);
      inputs[port.value] = toGraph(asType(given, port), port);
    }
    return this.runGraph(inputs, values, known);
  }

  /** {@link run} with feeds by graph value, already in the graph's layout. */
  async runGraph(
    feeds: Readonly<Record<string, Tensor>>,
    values: readonly string[],
    known: Readonly<Record<string, Tensor>> = {},
  ): Promise<Tensor[]> {
    const distinct = [...new Set(values)];
    const session = await this.#session(distinct, known);
    const results = await session.run({ ...known, ...feeds });
    return values.map((value) => results[session.outputs[distinct.indexOf(value)]!]!);
  }

  #session(values: readonly string[], given: Readonly<Record<string, Tensor>>): Promise<Session> {
    const key = JSON.stringify([values, Object.keys(given)]);
    const known = this.#sessions.get(key);
    this.#sessions.delete(key);
    const session = known ?? this.runtime.open(this.#part(values, given), this.#options);
    this.#sessions.set(key, session);
    if (this.#sessions.size > RunningNetwork.#kept) {
      const [oldest, stale] = this.#sessions.entries().next().value!;
      this.#sessions.delete(oldest);
      void stale.then((opened) => opened.release()).catch(() => undefined);
    }
    return session;
  }

  /** The graph that makes some values out of the inputs and of what is given. */
  #part(values: readonly string[], given: Readonly<Record<string, Tensor>>): Graph {
    const inputs = Object.entries(given).map(([name, { type, shape }]) => {
      // Another photo may be of another size.
      return { name, type, shape: shape.map(() => null) };
    });
    return withOutputs(withGiven(this.network.graph, inputs), values);
  }

  /** Frees the engine's memory. */
  async release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await (await session).release();
  }
}

/** A tensor as the input's type: a photo comes as float32, and some networks want bytes or doubles. */
function asType(value: Tensor, port: Port): Tensor {
  const { type } = port;
  if (value.type === type) return value;
  if (type === "string" || value.type === "string")
    throw new StriateError(`input "${port.name}": expected ${type}, got ${value.type}`);
  return castTo(isReal(value.type) && !isReal(type) ? rounded(value) : value, type);
}

const isReal = (type: DataType): boolean => /float/.test(type);

const rounded = (value: Tensor): Tensor => ({
  type: "float32",
  shape: value.shape,
  data: toFloat32(value).data.map(Math.round),
});
