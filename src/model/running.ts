import type { Tensor } from "../base/tensor.ts";
import { withOutputs } from "../graph/outputs.ts";
import type { Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import { type Network, checkInput, toGraph } from "./network.ts";

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
    this.#options = options;
  }

  /**
   * Runs the network once.
   *
   * @param feeds tensors by port name, in the user's layout
   * @param values graph values to compute
   * @returns the values in the graph's layout (NCHW), in the order asked for
   */
  async run(feeds: Readonly<Record<string, Tensor>>, values: readonly string[]): Promise<Tensor[]> {
    const inputs: Record<string, Tensor> = {};
    for (const port of this.network.inputs) {
      const given = feeds[port.name];
      if (given === undefined) continue;
      checkInput(given, port);
      inputs[port.value] = toGraph(given, port);
    }
    return this.runGraph(inputs, values);
  }

  /** {@link run} with feeds by graph value, already in the graph's layout. */
  async runGraph(
    feeds: Readonly<Record<string, Tensor>>,
    values: readonly string[],
  ): Promise<Tensor[]> {
    const distinct = [...new Set(values)];
    const session = await this.#session(distinct);
    const results = await session.run(feeds);
    return values.map((value) => results[session.outputs[distinct.indexOf(value)]!]!);
  }

  #session(values: readonly string[]): Promise<Session> {
    const key = JSON.stringify(values);
    const known = this.#sessions.get(key);
    this.#sessions.delete(key);
    const session =
      known ?? this.runtime.open(withOutputs(this.network.graph, values), this.#options);
    this.#sessions.set(key, session);
    if (this.#sessions.size > RunningNetwork.#kept) {
      const [oldest, stale] = this.#sessions.entries().next().value!;
      this.#sessions.delete(oldest);
      void stale.then((opened) => opened.release()).catch(() => undefined);
    }
    return session;
  }

  /** Frees the engine's memory. */
  async release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await (await session).release();
  }
}
