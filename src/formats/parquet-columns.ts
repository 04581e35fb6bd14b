import { StriateError } from "../base/errors.ts";

/** A column of a table; null stands for what does not exist, and a typed array has none. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: "INT32" | "DOUBLE" | "FLOAT" | "STRING" | "BOOLEAN";
  readonly values: WholeValues | MadeValues;
}

/** All values of a column, or of a part of it. */
export type WholeValues = ArrayLike<number | string | boolean | null> | CodedValues | SparseValues;

/** Values that are made for some rows at a time, while these are written; of every part in the same form. */
export interface MadeValues {
  readonly length: number;
  part(from: number, to: number): WholeValues;
}

/** Texts that repeat, each once: row `i` holds `words[codes[i]]`, and null where its code is -1. */
export interface CodedValues {
  readonly words: readonly string[];
  readonly codes: Int32Array;
}

/** Numbers of which some do not exist: row `i` holds `numbers[i]` where `isThere[i]` is 1, and null where it is 0. */
export interface SparseValues {
  readonly numbers: ColumnNumbers;
  readonly isThere: Uint8Array;
}

export type ColumnNumbers = Int32Array | Float32Array | Float64Array | Uint8Array;

/** A column as it is written: texts by their numbers, truth as 0 and 1. */
export interface PlainColumn {
  readonly name: string;
  readonly type: ParquetColumn["type"];
  /** Of texts; `numbers` are their codes then. */
  readonly words?: readonly string[];
  readonly numbers: ColumnNumbers;
  /** Whether a row may have no value. */
  readonly isOptional: boolean;
  /** 0 where a row has no value; of texts their codes tell. */
  readonly isThere?: Uint8Array;
}

const typed = {
  INT32: Int32Array,
  FLOAT: Float32Array,
  DOUBLE: Float64Array,
  BOOLEAN: Uint8Array,
} as const;

/**
 * The rows of a column from one to another, as they are written. Of a column that is there as a whole all rows are
 * given, and `from` says where those begin that are asked for.
 *
 * @throws StriateError where a column of whole numbers holds another one
 */
export function columnParts({ name, type, values }: ParquetColumn) {
  if ("part" in values)
    return {
      length: values.length,
      part: (from: number, to: number) => ({
        column: plainColumn({ name, type, values: values.part(from, to) }),
        from: 0,
      }),
    };
  const column = plainColumn({ name, type, values });
  return { length: column.numbers.length, part: (from: number) => ({ column, from }) };
}

function plainColumn({
  name,
  type,
  values,
}: Omit<ParquetColumn, "values"> & { readonly values: WholeValues }): PlainColumn {
  if ("codes" in values)
    return { name, type, isOptional: true, words: values.words, numbers: values.codes };
  if ("isThere" in values) return { name, type, isOptional: true, ...values };
  if (ArrayBuffer.isView(values))
    return { name, type, isOptional: false, numbers: values as unknown as ColumnNumbers };
  if (type === "STRING") return plainColumn({ name, type, values: coded(values) });
  const { length } = values;
  const [numbers, isThere] = [new typed[type](length), new Uint8Array(length)];
  for (let i = 0; i < length; i++) {
    if (values[i] === null) continue;
    isThere[i] = 1;
    numbers[i] = Number(values[i]);
    if (type === "INT32" && numbers[i] !== values[i])
      throw new StriateError(`column "${name}": ${values[i]} is no whole number of 32 bits`);
  }
  return { name, type, isOptional: true, numbers, isThere };
}

function coded(values: ArrayLike<unknown>): CodedValues {
  const codeOf = new Map<unknown, number>([[null, -1]]);
  const words: string[] = [];
  const codes = Int32Array.from(values, (value) => {
    const code = codeOf.get(value) ?? words.push(value as string) - 1;
    codeOf.set(value, code);
    return code;
  });
  return { words, codes };
}
