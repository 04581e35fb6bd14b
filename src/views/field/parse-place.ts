import { StriateError } from "../../base/errors.ts";

/**
 * A value of a layer's map: `conv2d_3@7,7[17]`; without a channel all channels at that place. A layer without places
 * has units only: `dense[5]`.
 */
export interface UnitPlace {
  readonly layer: string;
  /** Row and column; one number for a line, three for a volume, none where there are no places. */
  readonly at: readonly number[];
  readonly channel?: number;
}

/**
 * Reads `LAYER@row,column[channel]`, or `LAYER[channel]@row,column` as targets are written; `LAYER[unit]` without places.
 *
 * @throws StriateError that says how a place is written
 */
export function parsePlace(text: string): UnitPlace {
  const found =
    /^(.+?)@(\d+(?:,\d+)*)(?:\[(\d+)\])?$/.exec(text.trim()) ??
    swapped(/^(.+?)\[(\d+)\](?:@(\d+(?:,\d+)*))?$/.exec(text.trim()));
  if (!found)
    throw new StriateError(
      `"${text}": expected a layer, a place and perhaps a channel, as conv2d_3@7,7[17], conv2d_3@7,7 or dense[5]`,
    );
  const [, layer, at, channel] = found;
  return {
    layer: layer!,
    at: at === undefined ? [] : at.split(",").map(Number),
    ...(channel !== undefined && { channel: Number(channel) }),
  };
}

const swapped = (found: RegExpExecArray | null): (string | undefined)[] | null =>
  found && [found[0], found[1], found[3], found[2]];

/** `conv2d_3[17]@7,7`, `conv2d_3[sum]@7,7`: how reference pages name a unit. */
export const placeKey = ({ layer, at, channel }: UnitPlace): string =>
  `${layer}[${channel ?? "sum"}]${behindAt(at)}`;

/** The place as a target that a network resolves. */
export const placeTarget = ({ layer, at, channel }: UnitPlace): string =>
  channel === undefined
    ? `layer:${layer}${behindAt(at)}`
    : `unit:${layer}[${channel}]${behindAt(at)}`;

const behindAt = (at: readonly number[]): string => (at.length > 0 ? `@${at.join(",")}` : "");
