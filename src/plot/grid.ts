/** Cells of equal size in rows, filled from the left, then from the top. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Of the whole grid, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Upper left corner of cell `index`, from 0. */
  at(index: number): { x: number; y: number };
}

export interface GridOptions {
  readonly count: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Pixels between cells, across and down. */
  readonly gapX: number;
  readonly gapY: number;
  /** Cells a row, or `auto`: as many as fit into `autoWidth` pixels, the rows evenly filled. */
  readonly columns: number | "auto";
  readonly autoWidth?: number;
}

/** Lays out a grid. Every one of `count` cells has a place: the last row may stay unfilled. */
export function layoutGrid(options: GridOptions): Grid {
  const { count, cellWidth, cellHeight, gapX, gapY, autoWidth = 1240 } = options;
  const stepX = cellWidth + gapX;
  const stepY = cellHeight + gapY;
  const most = Math.max(1, Math.min(count, Math.floor((autoWidth + gapX) / stepX)));
  const columns =
    options.columns === "auto" ? Math.ceil(count / Math.ceil(count / most)) : options.columns;
  const rows = Math.ceil(count / columns);
  return {
    columns,
    rows,
    width: Math.max(0, Math.min(columns, count) * stepX - gapX),
    height: Math.max(0, rows * stepY - gapY),
    at: (index) => ({
      x: (index % columns) * stepX,
      y: Math.floor(index / columns) * stepY,
    }),
  };
}
