import { naming } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";
import { isLarge, weightBytes } from "../graph/passes/engine/lend-weights.ts";
import { withGiven, withOutputs } from "../graph/outputs.ts";
import type { Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import { SessionPool } from "../runtime/session-pool.ts";
import {
  type ForwardPart,
  type GradientQuery,
  type GradientResult,
  givenValues,
} from "./gradients/gradient-query.ts";
import { GradientSessions, gradientPart } from "./gradients/gradient-sessions.ts";
import { graphInputs, shapesOf } from "./graph-inputs.ts";
import type { Network } from "./network.ts";
import type { RowOptions, RowSource } from "./rows.ts";
import { type RowPart, RowsInParts, type TakePart } from "./rows-in-parts.ts";

/**
 * A network with an engine. It asks the engine for chosen values only: one session for each set of
 * values, kept for the next call with the same set.
 */
export class RunningNetwork {
  readonly network: Network;
  readonly runtime: Runtime;
  readonly #options: SessionOptions;
  readonly #values: SessionPool<Session>;
  readonly #gradients: GradientSessions;
  readonly #parts: RowsInParts;

  constructor(network: Network, runtime: Runtime, options: SessionOptions = {}) {
    this.network = network;
    this.runtime = runtime;
    // Decided for the whole: its parts are run alike.
    this.#options = { ...options, lean: options.lean === true && isLarge(network.graph) };
    const most = sessionsOf(network);
    this.#values = new SessionPool((session) => session.release(), most);
    this.#gradients = new GradientSessions(network, runtime, this.#options, most);
    this.#parts = new RowsInParts(network);
  }

  /** Another network on the same engine, with the same options. */
  alike(network: Network): RunningNetwork {
    return new RunningNetwork(network, this.runtime, this.#options);
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
    return this.runGraph(graphInputs(this.network, feeds, false), values, known);
  }

  /** {@link run} with feeds by graph value, already in the graph's layout. */
  async runGraph(
    feeds: Readonly<Record<string, Tensor>>,
    values: readonly string[],
    known: Readonly<Record<string, Tensor>> = {},
  ): Promise<Tensor[]> {
    const distinct = [...new Set(values)];
    const key = JSON.stringify([distinct, Object.keys(known)]);
    const open = () =>
      naming(this.network.origin.file ?? this.network.name, () =>
        this.runtime.open(this.#part(distinct, known), this.#options),
      );
    return this.#values.use(key, open, async (session) => {
      const results = await session.run({ ...feeds, ...known });
      return values.map((value) => results[session.outputs[distinct.indexOf(value)]!]!);
    });
  }

  /**
   * Runs nodes that are written behind some values, so that these need not leave the engine: the mean and the
   * maximum of each map instead of the maps.
   *
   * @param feeds tensors by port name, in the user's layout
   * @returns what the nodes make, in the order that `write` gives
   */
  async behind(
    feeds: Readonly<Record<string, Tensor>>,
    values: readonly string[],
    { name, write }: ForwardPart,
  ): Promise<Tensor[]> {
    const inputs = graphInputs(this.network, feeds);
    const shapes = shapesOf(inputs);
    const open = () =>
      naming(this.network.origin.file ?? this.network.name, async () => {
        const { openedGraph, shapeOf } = await gradientPart();
        const graph = openedGraph(this.network, shapes, values);
        const b = new GraphBuilder(graph, "view/");
        const outputs = write({ b, values, shape: (value) => shapeOf(graph, value) });
        return this.runtime.open(withOutputs(graph, outputs), this.#options);
      });
    return this.#values.use(JSON.stringify([name, values, shapes]), open, async (session) => {
      const results = await session.run(inputs);
      return session.outputs.map((output) => results[output]!);
    });
  }

  /**
   * Gradients of any values of the network by any others, as the product of seeds with the Jacobian: of
   * a class's logit by the photo, of one unit by the photo, of a class by a layer's maps. The seeds are
   * fed, so that all targets, photos and batches of one size share one session.
   *
   *     // Grad-CAM's two ingredients for class 1, and the logit itself, for one photo or a batch:
   *     const { gradients: [slopes], values: [maps, logits] } = await running.gradients(feeds, {
   *       of: [{ value: head.logits, seed: seedAt([1]) }],
   *       wrt: [layer.outputs[0].value],
   *       values: [layer.outputs[0].value, head.logits],
   *     });
   *     // guided backpropagation of dog minus cat:
   *     of: [{ value: logits, seed: seedAt([1]) }, { value: logits, seed: seedAt([0], -1) }],
   *     wrt: [network.inputs[0].value], rules: guidedBackpropagation
   *     // channel 5 of a layer before its activation, all places: seedAt([5]); one place: seedAt([5, i, j])
   *     // deep dream's mean of squares: seed: { name: "itself", write: (f, value) => value }
   *
   * Many rows are run in parts, as large as memory allows; a network whose batch is fixed to 1 runs photo
   * by photo. Ties: a max pool gives the whole gradient to the first of equal values, the slope of ReLU
   * is 0 at 0, that of ReLU6 at 6 too.
   *
   * @param feeds tensors by port name, in the user's layout, or rows that are made as they are needed
   * @returns tensors in the graph's layout; `toUser` with the port of the value turns them
   * @throws StriateError naming layer and op where one on the way has no gradient
   */
  async gradients(
    feeds: Readonly<Record<string, Tensor>> | RowSource,
    query: GradientQuery,
    options: RowOptions = {},
  ): Promise<GradientResult> {
    const { wrt, then } = query;
    const values = givenValues(query);
    const names = [...(then ? [] : wrt.map((name) => `the gradient by "${name}"`)), ...values];
    const what = (i: number) => names[i] ?? then?.name ?? "";
    const asked = { ...options, ...this.#partsFor(query) };
    const results = await this.#parts.joined(feeds, asked, what, (part) =>
      this.#gradients.run(part, query),
    );
    return resultOf(results, values.length);
  }

  /**
   * {@link gradients} of many rows that are not kept: each part is given away as it comes.
   *
   * @param take gets a part's results, and which rows these are; the last part may hold some more
   */
  async eachGradient(
    source: RowSource,
    query: GradientQuery,
    take: TakePart<GradientResult>,
    options: RowOptions = {},
  ): Promise<void> {
    await this.#parts.each(
      source,
      { ...options, ...this.#partsFor(query) },
      (part) => this.#gradients.run(part, query),
      (results, start, count) => take(resultOf(results, givenValues(query).length), start, count),
    );
  }

  /** By weights the rows of a batch add up; a backward pass takes as much memory as the forward one. */
  #partsFor({ wrt }: GradientQuery) {
    return { whole: wrt.some((name) => this.network.graph.initializers.has(name)), factor: 2 };
  }

  /**
   * Runs the network forward on many rows, in parts as large as memory allows: hundreds of masked photos.
   *
   * @param feeds tensors by port name, in the user's layout, or rows that are made as they are needed
   * @returns the values in the graph's layout, of all rows
   */
  runRows(
    feeds: Readonly<Record<string, Tensor>> | RowSource,
    values: readonly string[],
    options: RowOptions = {},
  ): Promise<Tensor[]> {
    const what = (i: number) => `"${values[i]}"`;
    return this.#parts.joined(feeds, { ...options, factor: 1 }, what, ({ inputs }) =>
      this.runGraph(inputs, values),
    );
  }

  /**
   * {@link runRows} of many rows that are not kept: the values of each part are given away as they come.
   *
   * @param take gets a part's values, and which rows these are; the last part may hold some more
   */
  async eachRow(
    source: RowSource,
    values: readonly string[],
    take: TakePart<Tensor[]>,
    options: RowOptions = {},
  ): Promise<void> {
    const run = ({ inputs }: RowPart) => this.runGraph(inputs, values);
    await this.#parts.each(source, { ...options, factor: 1 }, run, take);
  }

  /** The graph that makes some values out of the inputs and of what is given. */
  #part(values: readonly string[], given: Readonly<Record<string, Tensor>>): Graph {
    const inputs = Object.entries(given).map(([name, { type, shape }]) => {
      // Another photo may be of another size.
      return { name, type, shape: shape.map(() => null) };
    });
    return withOutputs(withGiven(this.network.graph, inputs), values);
  }

  /** Frees the engine's memory, when the calls that run now have ended. */
  async release(): Promise<void> {
    await Promise.all([this.#values.release(), this.#gradients.release()]);
  }
}

/** Bytes that the weights of kept sessions may take together, where that makes them more than a few. */
const keptWeights = 1 << 27;

/**
 * How many sessions are kept. Every way of seeing has one of its own: all class activation maps of a small
 * network in turn open none anew, while few copies of a large one are worth their memory.
 */
const sessionsOf = ({ graph }: Network): number =>
  Math.min(8, Math.max(4, Math.floor(keptWeights / Math.max(1, weightBytes(graph)))));

/** The gradients before the values. */
function resultOf(results: Tensor[], values: number): GradientResult {
  const count = results.length - values;
  return { gradients: results.slice(0, count), values: results.slice(count) };
}
