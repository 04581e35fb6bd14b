/** One value of a stack of maps. */
export interface Place {
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** How maps of one size stand in rows on a sheet, in CSS pixels. */
export interface SheetLayout {
  readonly columns: number;
  /** Of one map. */
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  /** Room above each map, for its number. */
  readonly head: number;
}

/** Maps at about the wanted size that fill the width; few of them do not grow beyond it. */
export function layoutSheet(
  across: number,
  count: number,
  map: { readonly width: number; readonly height: number },
  wanted: number,
  stretch = false,
): SheetLayout {
  if (stretch) {
    const height = Math.max(28, Math.min(240, 6 * map.height));
    return { columns: 1, width: Math.max(8, across), height, gap: 0, head: 0 };
  }
  const gap = wanted < 48 ? 6 : 10;
  const most = Math.max(1, Math.floor((across + gap) / (wanted + gap)));
  const columns = Math.min(most, Math.max(1, count));
  const filled = Math.floor((across - (most - 1) * gap) / most);
  const width = Math.max(8, Math.min(filled, across));
  const height = Math.max(8, Math.round((width * map.height) / map.width));
  return { columns, width, height, gap, head: 15 };
}

/** The upper left corner of a map on its sheet. */
export function cornerOf(layout: SheetLayout, channel: number): readonly [x: number, y: number] {
  const { columns, width, height, gap, head } = layout;
  const row = Math.floor(channel / columns);
  return [(channel % columns) * (width + gap), row * (height + head + gap) + head];
}

/** Which value lies at a point of the sheet; undefined between maps. */
export function placeAt(
  layout: SheetLayout,
  map: { readonly width: number; readonly height: number; readonly channels: number },
  x: number,
  y: number,
): Place | undefined {
  const { columns, width, height, gap, head } = layout;
  const column = Math.floor(x / (width + gap));
  const row = Math.floor(y / (height + head + gap));
  const channel = row * columns + column;
  if (x < 0 || y < 0 || column >= columns || channel >= map.channels) return undefined;
  const [left, top] = cornerOf(layout, channel);
  const across = Math.floor(((x - left) / width) * map.width);
  const down = Math.floor(((y - top) / height) * map.height);
  if (across < 0 || across >= map.width || down >= map.height) return undefined;
  // The number above a map belongs to it.
  return { channel, row: Math.max(0, down), column: across };
}

/** Where a key takes a place: arrows to the next map, with Shift within the map. */
export function movedPlace(
  place: Place,
  event: Pick<KeyboardEvent, "key" | "shiftKey">,
  map: { readonly width: number; readonly height: number; readonly channels: number },
  columns: number,
): Place | undefined {
  const steps: Record<string, readonly [x: number, y: number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const step = steps[event.key];
  if (!step) {
    if (event.key === "Home") return { ...place, channel: 0 };
    return event.key === "End" ? { ...place, channel: map.channels - 1 } : undefined;
  }
  const [x, y] = step;
  const within = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));
  if (event.shiftKey || map.channels === 1)
    return {
      ...place,
      row: within(place.row + y, map.height),
      column: within(place.column + x, map.width),
    };
  const channel = place.channel + x + y * columns;
  return channel < 0 || channel >= map.channels ? place : { ...place, channel };
}
