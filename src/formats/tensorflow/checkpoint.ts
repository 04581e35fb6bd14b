import { maskedCrc32c } from "../../base/crc32c.ts";
import { StriateError, naming, namingSync } from "../../base/errors.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { type Tensor, arrayFromBytes, bytesPerElement, tensor } from "../../base/tensor.ts";
import type { OpenSource } from "../open-source.ts";
import { typeOfTf } from "./graph-def.ts";
import { shapeFrom } from "./graph-proto.ts";
import { readSortedTable } from "./sorted-table.ts";
import { wireField, wireFields } from "./wire.ts";

/** Where a checkpoint keeps a tensor. */
interface BundleEntry {
  type: number;
  shape: readonly (number | null)[] | null;
  shard: number;
  offset: number;
  size: number;
  sum: number;
  /** Whether it is cut into slices that have entries of their own. */
  isSliced: boolean;
}

/**
 * A checkpoint of TensorFlow, version 2: `PREFIX.index` lists the tensors, `PREFIX.data-00000-of-00001`
 * and so on hold them. A data file is read when a tensor of it is asked for.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto
 */
export class Checkpoint {
  readonly #source: OpenSource;
  readonly #prefix: string;
  readonly #entries: ReadonlyMap<string, Uint8Array>;
  readonly #shards: number;
  readonly #files = new Map<number, Uint8Array>();

  private constructor(source: OpenSource, prefix: string, entries: Map<string, Uint8Array>) {
    this.#source = source;
    this.#prefix = prefix;
    this.#entries = entries;
    const header = entries.get("") ?? new Uint8Array();
    this.#shards = wireField(header, 1)?.value ?? 0;
    if ((wireField(header, 2)?.value ?? 0) !== 0)
      throw new StriateError("its numbers are in the byte order of another kind of machine");
  }

  /** @param prefix path of its files beside the model: `variables/variables` */
  static async open(source: OpenSource, prefix: string): Promise<Checkpoint> {
    const bytes = await source.sibling(`${prefix}.index`);
    return namingSync(
      `${source.name}: ${prefix}.index`,
      () => new Checkpoint(source, prefix, readSortedTable(bytes, source.budget)),
    );
  }

  has(key: string): boolean {
    return key !== "" && this.#entries.has(key);
  }

  /** @throws StriateError when it is not there, or its data is damaged */
  read(key: string): Promise<Tensor> {
    return naming(`tensor "${key}" of the checkpoint`, async () => {
      const bytes = this.#entries.get(key);
      if (bytes === undefined) throw new StriateError("is not there");
      const entry = entryFrom(bytes);
      const type = typeOfTf(entry.type);
      if (type === "string" || entry.isSliced || !entry.shape?.every((length) => length !== null))
        throw new StriateError(
          entry.isSliced
            ? "is cut into parts, which is not read; save the model without partitioned variables"
            : "holds no numbers of a known shape",
        );
      const shape = entry.shape as readonly number[];
      const file = await this.#file(entry.shard);
      const { offset, size, sum } = entry;
      if (offset < 0 || size < 0 || offset + size > file.length)
        throw new StriateError(
          `should be bytes ${offset} to ${offset + size} of its file, which has ${file.length}`,
        );
      if (sizeOf(shape) * bytesPerElement(type) !== size)
        throw new StriateError(
          `has ${size} bytes, too few or many for shape ${formatShape(shape)}`,
        );
      const data = file.subarray(offset, offset + size);
      if (maskedCrc32c(data) !== sum)
        throw new StriateError("its check sum is wrong: the file is damaged; copy it again");
      return tensor(type, shape, arrayFromBytes(type, data));
    });
  }

  async #file(shard: number): Promise<Uint8Array> {
    const known = this.#files.get(shard);
    if (known) return known;
    if (!(shard >= 0 && shard < this.#shards && this.#shards < 1e5))
      throw new StriateError(`should be in file ${shard} of ${this.#shards}`);
    const [number, count] = [shard, this.#shards].map((n) => String(n).padStart(5, "0"));
    const bytes = await this.#source.sibling(`${this.#prefix}.data-${number}-of-${count}`);
    this.#files.set(shard, bytes);
    return bytes;
  }
}

function entryFrom(bytes: Uint8Array): BundleEntry {
  const made: BundleEntry = {
    type: 0,
    shape: [],
    shard: 0,
    offset: 0,
    size: 0,
    sum: 0,
    isSliced: false,
  };
  for (const { number, value, bytes: content } of wireFields(bytes)) {
    if (number === 1) made.type = value;
    if (number === 2) made.shape = shapeFrom(content);
    if (number === 3) made.shard = value;
    if (number === 4) made.offset = value;
    if (number === 5) made.size = value;
    if (number === 6 && content.length === 4)
      made.sum = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
    if (number === 7) made.isSliced = true;
  }
  return made;
}
