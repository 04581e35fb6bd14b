import type { Fields, Values } from "../../base/fields.ts";
import { type Tensor, float32, toFloat32 } from "../../base/tensor.ts";
import type { GradientQuery, GraphPart } from "../../model/gradients/gradient-query.ts";
import type { Formula } from "../../ops/facts/formula.ts";
import { type StackedPlane, stackedPlane } from "../heatmap/stacked-plane.ts";
import { arrayName } from "./explanation.ts";
import { type CamLayer, camLayers, layerField } from "./cam-layers.ts";
import type { NamedTarget } from "./explained-target.ts";
import { type HeatmapMethod, defineHeatmap } from "./heatmap-view.ts";
import { channelsLast, explainedInput, planeSize } from "./input-plane.ts";

/** What a formula works with; all are graph values with the batch first. */
export interface CamFormula {
  readonly f: Formula;
  /** The layer's value. */
  readonly maps: string;
  /** The gradient of the score by it, of the same shape. */
  readonly slopes: string;
  /** The axis of the channels, and those of places. */
  readonly channels: number;
  readonly places: readonly number[];
}

interface CamMethod<A extends Fields> extends Omit<
  HeatmapMethod<A>,
  "explain" | "asks" | "graph" | "values"
> {
  readonly asks: A;
  /** The first part of array names: `gradcam`. */
  readonly array: string;
  /**
   * Writes the map (the batch and the places) and, where channels are weighed, their weights.
   */
  write(formula: CamFormula, asks: Values<A>): { raw: string; weights?: string };
  /** Behind the names of arrays that a choice changes: `_eps0`. */
  suffix?(asks: Values<A>): string;
  /** Further arrays of a layer's map; `input` has the height and width of the network's input. */
  more?(
    raw: Tensor<"float32">,
    input: StackedPlane,
  ): Iterable<readonly [name: string, value: Tensor]>;
}

/**
 * A class activation map that is a formula of a layer's maps and their gradient. The formula is written
 * into the graph: full maps and gradients need not leave the engine.
 */
export function defineGradientCam<const A extends Fields>(method: CamMethod<A>) {
  const asks = { layer: layerField, ...method.asks };
  return defineHeatmap({
    ...method,
    values: "weighted sum of maps",
    runsPhoto: true,
    asks,
    graph(network, target, given) {
      const { layer } = given as unknown as Values<{ layer: typeof layerField }>;
      const layers = camLayers(network, layer);
      const suffix = method.suffix?.(given as Values<A>) ?? "";
      return {
        names: layers.flatMap(({ name }) =>
          ["raw", "relu"].map((what) =>
            arrayName(target, name, `${method.array}_${what}${suffix}`),
          ),
        ),
        query: camQuery(method, layers, target, given as Values<A>, ({ f, raw }) => [
          raw,
          f.apply("Relu", raw),
        ]),
      };
    },
    async explain({ context, running, photo, target }, given) {
      const { layer } = given as Values<{ layer: typeof layerField }>;
      const layers = camLayers(running.network, layer);
      context.throwIfStopped();
      const query = camQuery(method, layers, target, given as Values<A>, (parts) => {
        const { f, raw, weights, count } = parts;
        return weights === undefined ? [raw] : [raw, f.reshape(weights, [-1, count])];
      });
      const beside = target.unheard;
      const { gradients: made, values: said } = await running.gradients(photo.inputs, {
        ...query,
        beside,
      });
      target.hear(said);
      const each = made.length / layers.length;
      const suffix = method.suffix?.(given as Values<A>) ?? "";
      const { value: input, channels: colours } = explainedInput(running.network, photo);
      const inputSize = planeSize(channelsLast(input, colours).shape);
      const arrays: [string, Tensor][] = [];
      const maps = layers.map(({ name }, i) => {
        const [raw, weights] = made.slice(i * each, (i + 1) * each).map(rowOf);
        const positive = float32(
          raw!.shape,
          raw!.data.map((value) => Math.max(value, 0)),
        );
        const add = (what: string, value: Tensor) =>
          arrays.push([arrayName(target, name, `${method.array}_${what}${suffix}`), value]);
        if (weights) add("weights", weights);
        add("raw", raw!);
        add("relu", positive);
        for (const [what, value] of method.more?.(raw!, inputSize) ?? []) add(what, value);
        return {
          layer: name,
          ...stackedPlane(raw!.shape),
          values: positive.data,
        };
      });
      return {
        maps,
        arrays,
        notes: layer === "last" ? [`Layer ${layers[0]!.name}, the last with maps.`] : [],
      };
    },
  });
}

/** What a formula makes of a layer, for the choice of what to give. */
interface CamParts {
  readonly f: Formula;
  readonly raw: string;
  readonly weights?: string;
  /** How many channels the layer has. */
  readonly count: number;
}

/** What the engine is asked: the gradient by each layer, with the formula behind it. */
function camQuery<A extends Fields>(
  method: CamMethod<A>,
  layers: readonly CamLayer[],
  { resolved }: Pick<NamedTarget, "resolved">,
  given: Values<A>,
  give: (parts: CamParts) => string[],
): GradientQuery {
  const wrt = layers.map(({ port }) => port.value);
  const part: GraphPart = {
    name: `${method.id} ${JSON.stringify(given)}`,
    write: ({ f, gradients, values, shape }) =>
      layers.flatMap(({ channels }, i) => {
        const [maps, slopes] = [values[i]!, gradients[i]!];
        const places = shape(maps).flatMap((_, axis) =>
          axis === 0 || axis === channels ? [] : [axis],
        );
        const written = method.write({ f, maps, slopes, channels, places }, given);
        return give({ f, ...written, count: shape(maps)[channels]! });
      }),
  };
  return { of: resolved.terms, wrt, values: wrt, then: part };
}

/** The first row of a batch. */
const rowOf = (value: Tensor): Tensor<"float32"> => {
  const { shape, data } = toFloat32(value);
  return float32(shape.slice(1), data.subarray(0, data.length / (shape[0] ?? 1)));
};
