import type { ParquetColumn } from "../../formats/parquet-columns.ts";
import type { DataTable } from "../define-view.ts";

type Type = ParquetColumn["type"];
type Cell = number | boolean | null;

/** What holds the numbers of a column; of texts their places in a list of words, of truth 0 and 1. */
const typed = {
  ...{ INT32: Int32Array, FLOAT: Float32Array, DOUBLE: Float64Array },
  ...{ STRING: Int32Array, BOOLEAN: Uint8Array },
} as const;

interface FilledColumn {
  readonly name: string;
  readonly type: Type;
  readonly numbers: Int32Array | Float32Array | Float64Array | Uint8Array;
  /** Of a column that may have nulls. */
  readonly isThere: Uint8Array | undefined;
}

/** The columns of a table of so many rows as they are filled. A text is given by its place in the column's words. */
export class FilledColumns {
  readonly #name: string;
  readonly #words: Readonly<Record<string, readonly string[]>>;
  readonly #columns: readonly FilledColumn[];
  #row = 0;

  /** @param options.nulls whether numbers may be null; texts always may, as -1 */
  constructor(
    name: string,
    schema: Readonly<Record<string, Type>>,
    rows: number,
    options: { words: Readonly<Record<string, readonly string[]>>; nulls?: boolean },
  ) {
    this.#name = name;
    this.#words = options.words;
    this.#columns = Object.entries(schema).map(([column, type]) => ({
      ...{ name: column, type },
      numbers: new typed[type](rows), // bounded: where a census is planned
      isThere: options.nulls === true && type !== "STRING" ? new Uint8Array(rows) : undefined,
    }));
  }

  /** A row, in the order of the schema. */
  add(...cells: readonly Cell[]): void {
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      const { numbers, isThere } = this.#columns[i]!;
      if (cell === null) continue;
      numbers[this.#row] = Number(cell);
      if (isThere) isThere[this.#row] = 1;
    }
    this.#row++;
  }

  /** Rows: of each column what stands in all of them, or a list of what stands in each. */
  addRows(rows: number, ...cells: readonly (number | ArrayLike<number>)[]): void {
    cells.forEach((cell, i) => {
      const { numbers } = this.#columns[i]!;
      if (typeof cell === "number") numbers.fill(cell, this.#row, this.#row + rows);
      else numbers.set(cell, this.#row);
    });
    this.#row += rows;
  }

  table(): DataTable {
    return {
      name: this.#name,
      columns: this.#columns.map(({ name, type, numbers, isThere }): ParquetColumn => {
        const words = this.#words[name];
        if (words) return { name, type, values: { words, codes: numbers as Int32Array } };
        return { name, type, values: isThere ? { numbers, isThere } : numbers };
      }),
    };
  }
}
