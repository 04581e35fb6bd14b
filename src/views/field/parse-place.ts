import { StriateError } from "../../base/errors.ts";

/** A value of a layer's map: `conv2d_3@7,7[17]`; without a channel all channels at that place. */
export interface UnitPlace {
  readonly layer: string;
  /** Row and column; one number for a line, three for a volume. */
  readonly at: readonly number[];
  readonly channel?: number;
}

/**
 * Reads `LAYER@row,column[channel]`, or `LAYER[channel]@row,column` as targets are written.
 *
 * @throws StriateError that says how a place is written
 */
export function parsePlace(text: string): UnitPlace {
  const found =
    /^(.+?)@(\d+(?:,\d+)*)(?:\[(\d+)\])?$/.exec(text.trim()) ??
    swapped(/^(.+?)\[(\d+)\]@(\d+(?:,\d+)*)$/.exec(text.trim()));
  if (!found)
    throw new StriateError(
      `"${text}": expected a layer, a place and perhaps a channel, as conv2d_3@7,7[17] or conv2d_3@7,7`,
    );
  const [, layer, at, channel] = found;
  return {
    layer: layer!,
    at: at!.split(",").map(Number),
    ...(channel !== undefined && { channel: Number(channel) }),
  };
}

const swapped = (found: RegExpExecArray | null): (string | undefined)[] | null =>
  found && [found[0], found[1], found[3], found[2]];

/** `conv2d_3[17]@7,7`, `conv2d_3[sum]@7,7`: how reference pages name a unit. */
export const placeKey = ({ layer, at, channel }: UnitPlace): string =>
  `${layer}[${channel ?? "sum"}]@${at.join(",")}`;
