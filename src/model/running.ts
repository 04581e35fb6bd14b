import { StriateError, namingSync } from "../base/errors.ts";
import { type DataType, type NumericType, type Tensor, castTo, toFloat32 } from "../base/tensor.ts";
import type { Graph } from "../graph/graph.ts";
import { isLarge } from "../graph/passes/engine/lend-weights.ts";
import { withGiven, withOutputs } from "../graph/outputs.ts";
import type { Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import { SessionPool } from "../runtime/session-pool.ts";
import { type Differentiated, differentiate } from "./differentiate.ts";
import { type GradientQuery, type GradientResult, seedOf } from "./gradient-query.ts";
import { type Network, type Port, checkInput, toGraph } from "./network.ts";
import { type RowParts, joinRows, partsOf, takeRows } from "./rows.ts";

/**
 * A network with an engine. It asks the engine for chosen values only: one session for each set of
 * values, kept for the next call with the same set.
 */
export class RunningNetwork {
  readonly network: Network;
  readonly runtime: Runtime;
  readonly #options: SessionOptions;
  readonly #values = new SessionPool<Session>((session) => session.release());
  readonly #gradients = new SessionPool<OpenGradient>(({ session }) => session.release());

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
    const key = JSON.stringify([distinct, Object.keys(known)]);
    const open = () => this.runtime.open(this.#part(distinct, known), this.#options);
    return this.#values.use(key, open, async (session) => {
      const results = await session.run({ ...known, ...feeds });
      return values.map((value) => results[session.outputs[distinct.indexOf(value)]!]!);
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
   * A batch is run in parts of at most `rowsAtOnce` rows; a network whose batch is fixed to 1 runs photo
   * by photo. Ties: a max pool gives the whole gradient to the first of equal values, the slope of ReLU
   * is 0 at 0, that of ReLU6 at 6 too.
   *
   * @param feeds tensors by port name, in the user's layout
   * @returns tensors in the graph's layout; `toUser` with the port of the value turns them
   * @throws StriateError naming layer and op where one on the way has no gradient
   */
  async gradients(
    feeds: Readonly<Record<string, Tensor>>,
    query: GradientQuery,
    rowsAtOnce = 8,
  ): Promise<GradientResult> {
    const { network } = this;
    const given = network.inputs.filter((port) => feeds[port.name] !== undefined);
    const inputs = Object.fromEntries(
      given.map((port) => {
        const value = feeds[port.name]!;
        checkInput(value, { ...port, shape: [null, ...port.shape.slice(1)] });
        return [port.value, toGraph(asType(value, port), port)];
      }),
    );
    const [first] = given;
    if (first === undefined) throw new StriateError(`${network.name}: got no input`);
    const rows = inputs[first.value]!.shape[0] ?? 1;
    const [batch] = first.shape;
    const byWeights = query.wrt.some((name) => network.graph.initializers.has(name));
    const most = byWeights ? rows : rowsAtOnce;
    const parts = partsOf(rows, most, typeof batch === "number" ? batch : undefined);
    if (byWeights && parts.size !== rows)
      throw new StriateError(
        `gradients by weights add up over a batch, which the file fixes to ${parts.size} rows; got ${rows}`,
      );
    const isWhole = (name: string) => inputs[name]!.shape[0] !== rows;
    const results: Tensor[][] = [];
    for (const start of parts.starts) {
      const part = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
          name,
          isWhole(name) ? value : takeRows(value, start, parts.size),
        ]),
      );
      results.push(await this.#gradientPart(part, query, start, parts));
    }
    const names = [...(query.then ? [] : query.wrt), ...(query.values ?? [])];
    const count = results[0]!.length - (query.values?.length ?? 0);
    const joined = results[0]!.map((_, i) => {
      const what = query.then ? query.then.name : `the gradient by "${names[i]}"`;
      const list = results.map((part) => part[i]!);
      return joinRows(list, parts, i < count ? what : `"${query.values![i - count]}"`);
    });
    return { gradients: joined.slice(0, count), values: joined.slice(count) };
  }

  /** One part of a batch: what stands for the gradients, then the values. */
  #gradientPart(
    inputs: Readonly<Record<string, Tensor>>,
    query: GradientQuery,
    start: number,
    { size }: RowParts,
  ): Promise<Tensor[]> {
    const { network } = this;
    const shapes = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, value.shape]),
    );
    const { of, wrt, values, rules, then } = query;
    const terms = of.map(({ value, seed }) => [value, "write" in seed ? seed.name : null]);
    const key = JSON.stringify([terms, wrt, values, rules?.name, then?.name, shapes]);
    const open = async (): Promise<OpenGradient> => {
      const file = network.origin.file ?? network.name;
      const form = namingSync(file, () => differentiate(network, shapes, query));
      return { ...form, session: await this.runtime.open(form.graph, this.#options) };
    };
    return this.#gradients.use(key, open, async ({ session, seeds, gradients, values }) => {
      const feeds: Record<string, Tensor> = { ...inputs };
      for (const [value, { input, type, shape }] of seeds)
        feeds[input] = castTo(seedOf(of, value, shape, start, size), type as NumericType);
      const results = await session.run(feeds);
      return [...gradients, ...values].map((name) => results[name]!);
    });
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

interface OpenGradient extends Differentiated {
  session: Session;
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
