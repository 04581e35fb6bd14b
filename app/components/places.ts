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

/** The widest that a map of a grid is made, in pixels. */
const widest = 220;

/**
 * Maps side by side over the whole width, no number above them: a column of a page. They are as large as all of
 * them can be within the height; where they cannot, they are as small as is allowed, and scroll.
 */
export function layoutGrid(
  { width: across, height: down }: { readonly width: number; readonly height: number },
  count: number,
  map: { readonly width: number; readonly height: number },
  least: number,
): SheetLayout {
  const gap = 3;
  // One value needs less room than a picture, and no picture of a sequence is taller than twice its width.
  const isValue = map.width * map.height === 1;
  const wanted = isValue ? 14 : least;
  const most = Math.max(1, Math.floor((across + gap) / (wanted + gap)));
  const layoutOf = (columns: number): SheetLayout => {
    const width = Math.max(4, Math.floor((across - gap * (columns - 1)) / columns));
    const height = Math.max(6, Math.round(width * Math.min(2, map.height / map.width)));
    return { columns, width, height, gap, head: 0 };
  };
  const fewest = Math.ceil((across + gap) / ((isValue ? 28 : widest) + gap));
  for (let columns = Math.max(1, fewest); columns < most; columns++) {
    const layout = layoutOf(columns);
    if (sheetHeight(layout, count) <= down) return layout;
  }
  return layoutOf(most);
}

/** From the top of one row of maps to the top of the next. */
export const rowStep = ({ height, head, gap }: SheetLayout): number => height + head + gap;

/** The height of a sheet with so many maps. */
export const sheetHeight = (layout: SheetLayout, count: number): number =>
  Math.max(0, Math.ceil(count / layout.columns) * rowStep(layout) - layout.gap);

/** Rows of maps that are painted together, on a canvas of their own. */
export interface Band {
  readonly index: number;
  /** Pixels from the top of the sheet. */
  readonly top: number;
  readonly height: number;
  /** From which to which place on the sheet, the last one not included. */
  readonly first: number;
  readonly last: number;
}

/** Pixels that a band is about high. */
const bandHeight = 110;

const bandRows = (layout: SheetLayout): number =>
  Math.max(1, Math.round(bandHeight / rowStep(layout)));

/** In which band a height lies. */
export const bandAt = (layout: SheetLayout, y: number): number =>
  Math.max(0, Math.floor(y / (bandRows(layout) * rowStep(layout))));

/** All bands of a sheet with so many maps. */
export function bandsOf(layout: SheetLayout, count: number): readonly Band[] {
  const step = bandRows(layout) * rowStep(layout);
  const each = bandRows(layout) * layout.columns;
  return Array.from({ length: Math.ceil(count / each) }, (_, index): Band => {
    const first = index * each;
    const last = Math.min(count, first + each);
    return { index, top: index * step, height: sheetHeight(layout, last - first), first, last };
  });
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
