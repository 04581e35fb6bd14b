import { StriateError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { bindInputs } from "../ops/infer/bind-dims.ts";
import { graphInputs, shapesOf } from "./graph-inputs.ts";
import type { Network } from "./network.ts";
import {
  type RowOptions,
  type RowParts,
  type RowSource,
  bytesOfValues,
  defaultMemory,
  isRowSource,
  joinRows,
  partsOf,
  rowsFor,
  takeRows,
} from "./rows.ts";

/** How rows are cut into parts. */
export interface PartOptions extends RowOptions {
  /** Whether they may not be cut. */
  whole?: boolean;
  /** How often the values of a row are in memory. */
  factor: number;
}

/** A part of a batch, in the graph's layout. */
export interface RowPart {
  inputs: Readonly<Record<string, Tensor>>;
  /** The part's first row, and its rows. */
  start: number;
  size: number;
}

/** Gets a part's results, and which rows these are; the last part may hold some more. */
export type TakePart<T> = (results: T, start: number, count: number) => void;

/** Runs the rows of a batch in parts, as large as memory allows and the network's file. */
export class RowsInParts {
  readonly #network: Network;
  /** By the shapes of the inputs. */
  readonly #rowBytes = new Map<string, number>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** One part after the other, all results put together. @param what names a result in a message */
  async joined(
    feeds: Readonly<Record<string, Tensor>> | RowSource,
    options: PartOptions,
    what: (i: number) => string,
    run: (part: RowPart) => Promise<Tensor[]>,
  ): Promise<Tensor[]> {
    const results: Tensor[][] = [];
    const source = isRowSource(feeds) ? feeds : this.#rowsOf(feeds);
    const parts = await this.each(source, options, run, (part) => results.push(part));
    return results[0]!.map((_, i) =>
      joinRows(
        results.map((part) => part[i]!),
        parts,
        what(i),
      ),
    );
  }

  /** One part after the other, all of one size; each part's results are given away. */
  async each(
    source: RowSource,
    options: PartOptions,
    run: (part: RowPart) => Promise<Tensor[]>,
    take: TakePart<Tensor[]>,
  ): Promise<RowParts> {
    const { rows } = source;
    const parts = this.#partsFor(source, options);
    for (const start of parts.starts) {
      options.throwIfStopped?.();
      const count = Math.min(parts.size, rows - start);
      const given = source.feeds(start, count);
      const filled = count === parts.size ? given : filledUp(given, count, parts.size);
      const inputs = graphInputs(this.#network, filled);
      take(await run({ inputs, start, size: parts.size }), start, count);
      options.onRows?.(start + count, rows);
    }
    return parts;
  }

  /** Tensors as rows. */
  #rowsOf(feeds: Readonly<Record<string, Tensor>>): RowSource {
    const port = this.#network.inputs.find(({ name }) => feeds[name] !== undefined);
    if (port === undefined) throw new StriateError(`${this.#network.name}: got no input`);
    const rows = feeds[port.name]!.shape[0] ?? 1;
    return {
      rows,
      feeds: (start, count) =>
        Object.fromEntries(
          Object.entries(feeds).map(([name, value]) => [
            name,
            value.shape[0] === rows ? takeRows(value, start, count) : value,
          ]),
        ),
    };
  }

  #partsFor(source: RowSource, options: PartOptions): RowParts {
    const { rowsAtOnce, memory = defaultMemory, whole = false, factor } = options;
    const { rows } = source;
    const one = source.like ?? source.feeds(0, 1);
    const first = whole ? undefined : graphInputs(this.#network, one);
    const most = first ? (rowsAtOnce ?? rowsFor(memory, factor * this.#bytesPerRow(first))) : rows;
    const parts = partsOf(rows, most, this.#fixedRows(one));
    if (whole && parts.size !== rows)
      throw new StriateError(
        `gradients by weights add up over a batch, which the file fixes to ${parts.size} rows; got ${rows}`,
      );
    return parts;
  }

  /** Rows that the network insists on: one where it takes a picture and no batch. */
  #fixedRows(one: Readonly<Record<string, Tensor>>): number | undefined {
    const [port] = this.#network.inputs;
    const given = port && Object.hasOwn(one, port.name) ? one[port.name] : undefined;
    if (port && given && given.shape.length > port.shape.length) return 1;
    const batch = port?.shape[0];
    return typeof batch === "number" ? batch : undefined;
  }

  /** About how many bytes all values of one row take. */
  #bytesPerRow(inputs: Readonly<Record<string, Tensor>>): number {
    const shapes = shapesOf(inputs);
    const key = JSON.stringify(shapes);
    const known = this.#rowBytes.get(key);
    if (known !== undefined) return known;
    const bytes = bytesOfValues(bindInputs(this.#network.graph, shapes));
    this.#rowBytes.set(key, bytes);
    return bytes;
  }
}

/** A last part that has fewer rows gets its last one again and again. */
const filledUp = (feeds: Readonly<Record<string, Tensor>>, count: number, size: number) =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [
      name,
      value.shape[0] === count ? takeRows(value, 0, size) : value,
    ]),
  );
