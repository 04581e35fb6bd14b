import { readValues } from "./layer-maps.ts";
import type { Pointed, ReportState } from "./state.svelte.ts";

/** Where a reader may begin: the largest value of the last layer with maps. */
export async function strongest(reader: ReportState): Promise<Pointed | undefined> {
  const figure = reader.layers.findLast(({ form }) => form === "maps");
  if (!figure) return undefined;
  const { maps, height, width } = figure;
  let channel = 0;
  for (const [i, { high }] of maps.entries())
    if ((high ?? -Infinity) > (maps[channel]!.high ?? -Infinity)) channel = i;
  const values = await readValues(figure);
  const from = channel * height * width;
  let at = from;
  for (let i = from; i < from + height * width; i++) if (values[i]! > values[at]!) at = i;
  const row = Math.floor((at - from) / width);
  return { figure, place: { channel, row, column: (at - from) % width } };
}
