import { ByteWriter, type ParquetWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { compareCodePoints } from "../data/files/code-point-order.ts";
import type { ColumnNumbers, PlainColumn } from "./parquet-columns.ts";

type ColumnChunk = ParquetWriter["row_groups"][number]["columns"][number];

/** Whole numbers within such a range are stored by their number in a list. */
const widest = 2 ** 16;

/** What is written of a column's values: a page of what they are taken from, if any, and one of themselves. */
interface Pages {
  readonly words?: { readonly count: number; readonly bytes: Uint8Array };
  readonly bytes: Uint8Array;
  readonly bounds?: readonly [min: number | string, max: number | string] | undefined;
}

/**
 * Writes the rows of a column from one to another: one page, behind it what its numbers stand for. It knows what
 * repeats, where hyparquet-writer would have to look for it value by value.
 *
 * Source: Apache Parquet, Encodings (PLAIN, RLE_DICTIONARY) and DataPageHeaderV2.
 */
export function writeChunk(
  writer: ByteWriter,
  { name, type, words, numbers: all, isOptional, isThere }: PlainColumn,
  from: number,
  to: number,
): ColumnChunk {
  const levels = new ByteWriter();
  const rows = all.subarray(from, to);
  const there = words ? coded(rows) : isThere?.subarray(from, to);
  if (there) writeRleBitPackedHybrid(levels, there, 1);
  const values = present(rows, there);
  const pages = words ? textPages(values, words) : numberPages(type, values, isOptional);
  // Many numbers hardly repeat but for what was found already: to look for more takes longer than all else.
  const packed = (bytes: Uint8Array) => (isOptional ? snappyCompress(bytes) : bytes);
  const start = writer.offset;
  const encoding = pages.words ? "RLE_DICTIONARY" : "PLAIN";
  let unpacked = 0;
  if (pages.words) {
    const { bytes } = pages.words;
    const body = packed(bytes);
    writePageHeader(writer, {
      type: "DICTIONARY_PAGE",
      uncompressed_page_size: bytes.length,
      compressed_page_size: body.length,
      dictionary_page_header: { num_values: pages.words.count, encoding: "PLAIN" },
    });
    unpacked += writer.offset - start + bytes.length;
    writer.appendBytes(body);
  }
  const pageStart = writer.offset;
  const body = packed(pages.bytes);
  const count = to - from;
  writePageHeader(writer, {
    type: "DATA_PAGE_V2",
    uncompressed_page_size: levels.offset + pages.bytes.length,
    compressed_page_size: levels.offset + body.length,
    data_page_header_v2: {
      ...{ num_values: count, num_nulls: count - values.length, num_rows: count, encoding },
      definition_levels_byte_length: levels.offset,
      repetition_levels_byte_length: 0,
      is_compressed: isOptional,
    },
  });
  unpacked += writer.offset - pageStart + levels.offset + pages.bytes.length;
  writer.appendBytes(levels.getBytes());
  writer.appendBytes(body);
  return {
    meta_data: {
      type: type === "STRING" ? "BYTE_ARRAY" : type,
      encodings: pages.words ? ["PLAIN", encoding] : [encoding],
      path_in_schema: [name],
      codec: isOptional ? "SNAPPY" : "UNCOMPRESSED",
      num_values: BigInt(count),
      total_compressed_size: BigInt(writer.offset - start),
      total_uncompressed_size: BigInt(unpacked),
      data_page_offset: BigInt(pageStart),
      ...(pages.words && { dictionary_page_offset: BigInt(start) }),
      ...(pages.bounds && {
        statistics: {
          ...{ min_value: pages.bounds[0], max_value: pages.bounds[1] },
          null_count: BigInt(count - values.length),
        },
      }),
    },
    file_offset: BigInt(start),
  };
}

/** Which rows have a text. */
function coded(codes: ColumnNumbers): Uint8Array {
  const isThere = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) isThere[i] = codes[i]! < 0 ? 0 : 1;
  return isThere;
}

/** The values that there are, without gaps. */
function present(values: ColumnNumbers, there: Uint8Array | undefined): ColumnNumbers {
  const kept = there?.indexOf(0) === -1 ? undefined : there;
  return kept ? values.filter((_, i) => kept[i] === 1) : values;
}

/** Texts: those that these rows use, in the order in which they come, and the numbers of the rows in it. */
function textPages(codes: ColumnNumbers, words: readonly string[]): Pages {
  const { list, indexes } = numbered(codes, 0, words.length);
  const page = new ByteWriter();
  const used = Array.from(list, (code) => words[code]!);
  const encoder = new TextEncoder();
  for (const word of used) {
    const bytes = encoder.encode(word);
    page.appendUint32(bytes.length);
    page.appendBytes(bytes);
  }
  const [first] = used;
  const bounds = used.reduce<[string, string] | undefined>(
    (known, word) =>
      known && [
        compareCodePoints(word, known[0]) < 0 ? word : known[0],
        compareCodePoints(word, known[1]) > 0 ? word : known[1],
      ],
    first === undefined ? undefined : [first, first],
  );
  return {
    words: { count: used.length, bytes: page.getBytes() },
    bytes: indexPage(indexes, used.length),
    bounds,
  };
}

/** @param isBounded whether to say the bounds of real numbers too */
function numberPages(type: PlainColumn["type"], values: ColumnNumbers, isBounded: boolean): Pages {
  if (type === "BOOLEAN") {
    const bits = new Uint8Array(Math.ceil(values.length / 8)); // bounded: by the rows
    values.forEach((value, i) => (bits[i >> 3]! |= value << (i & 7)));
    return { bytes: bits };
  }
  if (type !== "INT32" && !isBounded) return { bytes: bytesOf(values) };
  const bounds = boundsOf(values);
  const width = bounds ? bounds[1] - bounds[0] + 1 : 0;
  if (type !== "INT32" || width < 1 || width > widest) return { bytes: bytesOf(values), bounds };
  const { list, indexes } = numbered(values, bounds![0], width);
  return {
    words: { count: list.length, bytes: bytesOf(list) },
    bytes: indexPage(indexes, list.length),
    bounds,
  };
}

/** Different whole numbers in the order in which they come, and for each number its place among them. */
function numbered(values: ColumnNumbers, low: number, width: number) {
  // bounded: by the words of a column, or by `widest`
  const placeOf = new Int32Array(width).fill(-1);
  // bounded: by the rows
  const [list, indexes] = [
    new Int32Array(Math.min(width, values.length)),
    new Int32Array(values.length),
  ];
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const at = values[i]! - low;
    if (placeOf[at]! < 0) {
      list[count] = values[i]!;
      placeOf[at] = count++;
    }
    indexes[i] = placeOf[at]!;
  }
  return { list: list.subarray(0, count), indexes };
}

function indexPage(indexes: Int32Array, count: number): Uint8Array {
  const page = new ByteWriter();
  const bits = Math.ceil(Math.log2(Math.max(1, count)));
  page.appendUint8(bits);
  writeRleBitPackedHybrid(page, indexes, bits);
  return page.getBytes();
}

/** The smallest and the largest number; undefined where there is none. */
function boundsOf(values: ColumnNumbers): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Which of the two zeros there is, bounds do not say: Parquet has them wide.
  return low > high ? undefined : [low === 0 ? -0 : low, high === 0 ? 0 : high];
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ColumnNumbers): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
