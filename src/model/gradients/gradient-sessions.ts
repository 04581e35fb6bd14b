import { namingSync } from "../../base/errors.ts";
import { type NumericType, type Tensor, castTo } from "../../base/tensor.ts";
import type { Runtime, Session, SessionOptions } from "../../runtime/runtime.ts";
import { SessionPool } from "../../runtime/session-pool.ts";
import { shapesOf } from "../graph-inputs.ts";
import type { Network } from "../network.ts";
import type { RowPart } from "../rows-in-parts.ts";
import type { Differentiated } from "./differentiate.ts";
import { type GradientQuery, seedOf } from "./gradient-query.ts";

interface OpenGradient extends Differentiated {
  session: Session;
}

/** What opens a graph up and differentiates it is loaded when it is needed. */
export const gradientPart = () => import("./differentiate.ts");

/**
 * The sessions of a network's gradients, one for each form of question: the seeds are fed, so that all targets,
 * photos and batches of one size share it.
 */
export class GradientSessions {
  readonly #network: Network;
  readonly #runtime: Runtime;
  readonly #options: SessionOptions;
  readonly #pool: SessionPool<OpenGradient>;

  /** @param most sessions that are kept at once */
  constructor(network: Network, runtime: Runtime, options: SessionOptions, most: number) {
    this.#network = network;
    this.#runtime = runtime;
    this.#options = options;
    this.#pool = new SessionPool(({ session }) => session.release(), most);
  }

  /** One part of a batch: what stands for the gradients, then the values. */
  run({ inputs, start, size }: RowPart, query: GradientQuery): Promise<Tensor[]> {
    const shapes = shapesOf(inputs);
    const { of, wrt, values, rules, then, beside } = query;
    const terms = of.map(({ value, seed }) => [value, "write" in seed ? seed.name : null]);
    const key = JSON.stringify([terms, wrt, values, rules?.name, then?.name, beside, shapes]);
    const open = async (): Promise<OpenGradient> => {
      const { origin, name } = this.#network;
      const { differentiate } = await gradientPart();
      const form = namingSync(origin.file ?? name, () =>
        differentiate(this.#network, shapes, query),
      );
      return { ...form, session: await this.#runtime.open(form.graph, this.#options) };
    };
    return this.#pool.use(key, open, async ({ session, seeds, gradients, values }) => {
      const feeds: Record<string, Tensor> = { ...inputs };
      for (const [value, { input, type, shape }] of seeds)
        feeds[input] = castTo(seedOf(of, value, shape, start, size), type as NumericType);
      const results = await session.run(feeds);
      return [...gradients, ...values].map((each) => results[each]!);
    });
  }

  /** Frees the engine's memory, when the calls that run now have ended. */
  release(): Promise<void> {
    return this.#pool.release();
  }
}
