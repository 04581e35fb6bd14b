import { Budget } from "../../base/budget.ts";
import type { ByteSource } from "../../base/byte-source.ts";
import { StriateError } from "../../base/errors.ts";
import { lazyTensor } from "../../base/lazy-tensor.ts";
import type { NumericType, Tensor } from "../../base/tensor.ts";
import { type AttributeValue, readAttribute } from "./attribute.ts";
import { type Cursor, damaged, unsupported } from "./cursor.ts";
import { type DatasetInfo, readDatasetInfo, readElements, typeOf } from "./dataset.ts";
import { type Link, readDense, readLinks } from "./links.ts";
import { type Message, messageType, readObjectHeader } from "./object-header.ts";
import { readSuperblock } from "./superblock.ts";

/**
 * Opens an HDF5 file. Nothing but the superblock and the root's header is read until it is asked
 * for, and the elements of one dataset do not need those of another: a 100 MB file costs what is taken
 * out of it.
 *
 * All that h5py writes by itself is read, old format and new: groups in all three forms, attributes
 * of numbers and texts, datasets of numbers (half floats too), in one piece or in chunks of any index,
 * compressed by deflate or LZF or not.
 *
 * Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 *
 * @param budget of the file that these bytes are a part of
 * @throws StriateError when the bytes are no HDF5 file, or less than the file says it has
 */
export function openHdf5(bytes: ByteSource, budget = new Budget(bytes.length)): Hdf5Group {
  const { file, root } = readSuperblock(bytes, budget);
  return new Hdf5Group(file, "", root, readObjectHeader(file, root), undefined);
}

/** Soft links lead on to other paths; more than this many in a row go in a circle. */
const maxLinks = 20;
/** Groups of Keras' nested models lie some 20 deep; a bound for recursion. */
const maxDepth = 200;

/** What groups and datasets have in common: a path and attributes. */
class Hdf5Object {
  /** From the root, without a slash at the start; empty for the root. */
  readonly path: string;
  protected readonly file: Cursor;
  protected readonly messages: readonly Message[];
  #attributes: Map<string, () => AttributeValue> | undefined;

  constructor(file: Cursor, path: string, messages: readonly Message[]) {
    this.file = file;
    this.path = path;
    this.messages = messages;
  }

  attributeNames(): string[] {
    return [...this.#all().keys()];
  }

  /** The value of an attribute; undefined where there is none. */
  attribute(name: string): AttributeValue {
    return this.#all().get(name)?.();
  }

  #all(): Map<string, () => AttributeValue> {
    if (this.#attributes) return this.#attributes;
    const found = new Map<string, () => AttributeValue>();
    const add = (body: Cursor) => {
      const { name, value } = readAttribute(this.file, body);
      found.set(name, value);
    };
    for (const { type, body } of this.messages)
      if (type === messageType.attribute) add(body.from(0));
      else if (type === messageType.attributeInfo)
        readDense(this.file, body.from(0), "attributes").forEach(add);
    return (this.#attributes = found);
  }
}

/** A group: names that lead to groups and datasets. */
export class Hdf5Group extends Hdf5Object {
  readonly kind = "group";
  readonly #address: number;
  readonly #root: Hdf5Group;
  #links: Map<string, Link> | undefined;
  readonly #opened = new Map<string, Hdf5Group | Hdf5Dataset>();

  constructor(
    file: Cursor,
    path: string,
    address: number,
    messages: readonly Message[],
    root: Hdf5Group | undefined,
  ) {
    super(file, path, messages);
    this.#address = address;
    this.#root = root ?? this;
  }

  /** Names of what is in the group, in the file's order (by bytes in most files). */
  names(): string[] {
    return [...this.#all().keys()];
  }

  /** What a path leads to, from this group on (from the root, if it begins with a slash). */
  get(path: string): Hdf5Group | Hdf5Dataset | undefined {
    return this.#find(path, 0);
  }

  /** The group at a path; undefined where there is none, or something else. */
  group(path: string): Hdf5Group | undefined {
    const found = this.get(path);
    return found?.kind === "group" ? found : undefined;
  }

  /** The dataset at a path; undefined where there is none, or something else. */
  dataset(path: string): Hdf5Dataset | undefined {
    const found = this.get(path);
    return found?.kind === "dataset" ? found : undefined;
  }

  /** All datasets below, in order, by their paths from this group. */
  datasets(): Map<string, Hdf5Dataset> {
    const found = new Map<string, Hdf5Dataset>();
    const visit = (group: Hdf5Group, path: string, above: ReadonlySet<number>): void => {
      if (above.size > maxDepth)
        damaged(`its groups lie more than ${maxDepth} deep in one another`);
      for (const name of group.names()) {
        const child = group.get(name);
        if (child?.kind === "dataset") found.set(path + name, child);
        else if (child && !above.has(child.#address))
          visit(child, `${path}${name}/`, new Set([...above, child.#address]));
      }
    };
    visit(this, "", new Set([this.#address]));
    return found;
  }

  #find(path: string, links: number): Hdf5Group | Hdf5Dataset | undefined {
    this.file.budget.step(path.length);
    if (path.startsWith("/")) return this.#root.#find(path.slice(1), links);
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the walk begins here
    let at: Hdf5Group | Hdf5Dataset | undefined = this;
    for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
      if (at?.kind !== "group") return undefined;
      at = at.#open(name, links);
    }
    return at;
  }

  #open(name: string, links: number): Hdf5Group | Hdf5Dataset | undefined {
    const known = this.#opened.get(name);
    if (known) return known;
    const link = this.#all().get(name);
    if (link === undefined) return undefined;
    const opened = this.#follow(name, link, links);
    if (opened) this.#opened.set(name, opened);
    return opened;
  }

  #follow(name: string, link: Link, links: number): Hdf5Group | Hdf5Dataset | undefined {
    const path = this.path === "" ? name : `${this.path}/${name}`;
    if (link.kind === "external") unsupported(`a link to another file ("${path}")`);
    if (link.kind === "soft") {
      if (links > maxLinks) damaged(`the link "${path}" leads in a circle`);
      return this.#find(link.path, links + 1);
    }
    const messages = readObjectHeader(this.file, link.address);
    const has = (type: number) => messages.some((message) => message.type === type);
    if (has(messageType.layout)) return new Hdf5Dataset(this.file, path, messages);
    if (has(messageType.dataspace) || has(messageType.datatype)) return undefined;
    return new Hdf5Group(this.file, path, link.address, messages, this.#root);
  }

  #all(): Map<string, Link> {
    return (this.#links ??= readLinks(this.file, this.messages));
  }
}

/** A dataset: a tensor that is read when it is asked for. */
export class Hdf5Dataset extends Hdf5Object {
  readonly kind = "dataset";
  #info: DatasetInfo | undefined;

  get shape(): readonly number[] {
    return this.#known().shape;
  }

  /** The type of the elements. @throws StriateError when they are no numbers */
  get type(): NumericType {
    return this.#naming(() => typeOf(this.#known().datatype));
  }

  /** Reads the elements; a view of the file's bytes where that is possible. */
  read(): Tensor<NumericType> {
    return this.#naming(() => readElements(this.file, this.#known()));
  }

  /** The dataset as a tensor whose elements are read when they are first looked at. */
  lazy(): Tensor {
    return lazyTensor(this.type, this.shape, () => this.read().data);
  }

  #known(): DatasetInfo {
    return (this.#info ??= readDatasetInfo(this.messages));
  }

  #naming<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new StriateError(`dataset "${this.path}": ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
