import type { Rectangle } from "../../base/affine.ts";
import { StriateError } from "../../base/errors.ts";
import { type Network, channelAxis, selectLayers } from "../../model/network.ts";
import {
  type Field1d,
  type ReceptiveField,
  receptiveFields,
} from "../../model/facts/receptive-field.ts";

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
 * The pixels of the input that the places of a layer's map see, cut at the input's border.
 *
 * @param size [height, width] of the input
 * @returns a function of row and column; what it gives is filled anew in the next call
 */
export function seenPixels(
  { field }: CensusLayer,
  [height, width]: readonly [number, number],
): (row: number, column: number) => Rectangle {
  const seen = { left: 0, top: 0, right: width, bottom: height };
  if (field === undefined || field === "all" || field.length !== 2) return () => seen;
  const [rows, columns] = [remembered(field[0]!), remembered(field[1]!)];
  return (row, column) => {
    const [top, bottom] = rows(row);
    const [left, right] = columns(column);
    seen.left = Math.max(0, left);
    seen.top = Math.max(0, top);
    seen.right = Math.min(width, right + 1);
    seen.bottom = Math.min(height, bottom + 1);
    return seen;
  };
}

/** The same places are asked for again and again. */
function remembered({ range }: Field1d): (i: number) => readonly [from: number, to: number] {
  const known: (readonly [number, number])[] = [];
  return (i) => (known[i] ??= range(i));
}
