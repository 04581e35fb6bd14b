import type { Rectangle } from "../../base/affine.ts";
import { StriateError } from "../../base/errors.ts";
import { type Network, channelAxis, selectLayers } from "../../model/network.ts";
import { type ReceptiveField, receptiveFields } from "../../model/facts/receptive-field.ts";

/** A layer whose units are counted. */
export interface CensusLayer {
  readonly address: string;
  readonly className: string;
  readonly activation: string | undefined;
  /** The graph value. */
  readonly value: string;
  /** The graph axis of the channels; all others but the batch are places. */
  readonly axis: number;
  readonly units: number;
  /** Its first unit among those of all layers. */
  readonly first: number;
  /** What its places see of the input. */
  readonly field: ReceptiveField | undefined;
}

/**
 * The layers of a census, each with its first output.
 *
 * @throws StriateError where there is no such layer, or none whose number of channels is known
 */
export function censusLayers(network: Network, pattern: string): CensusLayer[] {
  const fields = receptiveFields(network);
  const chosen = selectLayers(network, pattern).filter(({ kind }) => kind !== "input");
  const layers: CensusLayer[] = [];
  let first = 0;
  for (const { address, className, activation, outputs, config } of chosen) {
    const port = outputs[0];
    if (port === undefined || port.shape.length < 2 || !/float/.test(port.type)) continue;
    const { order, shape, value } = port;
    const user = channelAxis(shape.length, network.layout, config);
    const units = shape[user];
    if (typeof units !== "number" || order[0] !== 0) continue;
    const axis = order.indexOf(user);
    const field = fields.get(value);
    layers.push({ address, className, activation, value, axis, units, first, field });
    first += units;
  }
  if (layers.length > 0) return layers;
  throw new StriateError(
    `"${pattern}": ${chosen.length === 0 ? "no layer is chosen" : "no chosen layer has a known number of channels"}; ` +
      "give --layers all, or addresses as striate inspect lists them",
  );
}

export const unitsOf = (layers: readonly CensusLayer[]): number =>
  layers.reduce((sum, { units }) => sum + units, 0);

/** What activations lie between, as Keras defines them: a unit at a limit is saturated. */
const limits: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  hard_sigmoid: [0, 1],
  tanh: [-1, 1],
  hard_tanh: [-1, 1],
  softsign: [-1, 1],
  softmax: [0, 1],
  relu6: [0, 6],
};

export const limitsOf = ({ activation }: CensusLayer): readonly [number, number] | undefined =>
  activation !== undefined && Object.hasOwn(limits, activation) ? limits[activation] : undefined;

/**
 * The pixels of the input that a place of a layer's map sees, cut at the input's border.
 *
 * @param size [height, width] of the input
 */
export function seenPixels(
  { field }: CensusLayer,
  row: number,
  column: number,
  [height, width]: readonly [number, number],
): Rectangle {
  if (field === undefined || field === "all" || field.length !== 2)
    return { left: 0, top: 0, right: width, bottom: height };
  const [top, bottom] = field[0]!.range(row);
  const [left, right] = field[1]!.range(column);
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(width, right + 1),
    bottom: Math.min(height, bottom + 1),
  };
}
