import type { Fields, Values } from "../base/fields.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Column } from "../base/text-table.ts";
import type { ViewExport } from "../formats/onnx/export-view.ts";
import type { ParquetColumn } from "../formats/parquet-columns.ts";
import type { Network } from "../model/network.ts";
import type { Picture } from "../plot/picture.ts";
import type { ReportFigure } from "../report/report.ts";
import type { ViewContext } from "./context.ts";
import type { ViewFamily } from "./families.ts";
import type { Shards } from "./shards.ts";
import type { Subjects, Takes } from "./subject.ts";

/**
 * A way of seeing: one record, from which the command with its flags, its `--json` and its
 * `--numbers`, the library's function and the page's controls derive. See docs/views.md.
 *
 * @typeParam T what it looks at
 * @typeParam A its questions: another value needs a new computation
 * @typeParam S its looks: another value only redraws
 * @typeParam R its result: plain data with all that the other functions need
 */
export interface View<T extends Takes, A extends Fields, S extends Fields, R> {
  /** `grad-cam`: the method's name on the command line. */
  readonly id: string;
  /** `Grad-CAM` */
  readonly title: string;
  /** Which list it stands in: `gradient`. */
  readonly family: ViewFamily;
  /** What am I looking at: one sentence, for `--help`, the docs and the page. */
  readonly summary: string;
  /** Where the method comes from: authors, year, address. */
  readonly paper?: string;
  readonly formula?: string;
  /** A known way to misread it. */
  readonly pitfall?: string;
  readonly takes: T;
  readonly asks: A;
  readonly shows: S;
  /** Its own command; a view of a photo without one is a method of `striate explain`. */
  readonly command?: ViewCommand;
  /**
   * The numbers. A generator may yield results so far, each as whole as the last one: it can be
   * stopped after each, and that result then stands.
   *
   * @throws StriateError that says what the view needs, where the network does not have it
   */
  compute(
    context: ViewContext,
    subject: Subjects[T],
    asks: Values<A>,
  ): Promise<R> | AsyncGenerator<R, R, void>;
  /** How the same is computed shard by shard, by several workers. */
  readonly shards?: Shards<A, R>;
  /** The caption, and the answer in lines. @param width columns that a table in it may take, where it is bounded */
  words(result: R, subject: Subjects[T], asks: Values<A>, width?: number): ViewWords;
  /** The answer as plain data that JSON can hold: numbers that do not exist are null. */
  json(result: R, subject: Subjects[T], asks: Values<A>): unknown;
  /** Named arrays for `.npz`, at their own resolution, before any scaling for display. */
  arrays?(result: R, subject: Subjects[T]): Iterable<readonly [name: string, value: Tensor]>;
  /** The numbers that stand in rows. */
  tables?(result: R, subject: Subjects[T], asks: Values<A>): readonly ViewTable[];
  /** The numbers in columns, for Parquet. */
  columns?(result: R, subject: Subjects[T], asks: Values<A>): Iterable<DataTable>;
  /** One picture after the other, each drawn when it is asked for: together they may be large. */
  draw?(result: R, subject: Subjects[T], shows: Values<S>): Iterable<NamedPicture>;
  /**
   * What a page shows in place of the pictures: numbers, whose colours and scale its reader chooses. A photo
   * is the number that it has in `photosOf`.
   */
  figures?(result: R, subject: Subjects[T], shows: Values<S>): Iterable<ReportFigure>;
  /**
   * The nodes that make the arrays behind a network's gradients, to be exported with it; each output bears
   * the name of its array.
   */
  graph?(network: Network, asks: Values<A>): ViewExport;
}

/** Any view, for those who treat all alike. */
export type AnyView = View<Takes, Fields, Fields, unknown>;

export interface ViewCommand {
  /** `filters` */
  readonly name: string;
  /** Keys of `asks` that stand as words behind the file, without a flag. */
  readonly words?: readonly string[];
  readonly examples?: readonly string[];
}

export interface ViewWords {
  /** What stands under a picture: method, target, layer, range, preparation. */
  readonly caption: string;
  /** What the command prints. */
  readonly lines: readonly string[];
}

export interface ViewTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Numbers in columns, as a Parquet file holds them; null stands for what does not exist. */
export interface DataTable {
  readonly name: string;
  readonly columns: readonly ParquetColumn[];
}

/** A picture with the name that it is saved under; `/` makes a folder. */
export interface NamedPicture {
  readonly name: string;
  /** Of a picture in several pages, which one, from 1 on. */
  readonly page?: number;
  readonly picture: Picture;
  /** The way to it, of one size: where the file can move, it shows these, the last one longest. */
  readonly frames?: readonly Picture[];
}

/** A layer's address in such a name: that of a nested model is no folder. */
export const inFileName = (address: string): string => address.replaceAll("/", "__");

export function defineView<T extends Takes, const A extends Fields, const S extends Fields, R>(
  view: View<T, A, S, R>,
): View<T, A, S, R> {
  return view;
}
