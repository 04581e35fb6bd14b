import { StriateError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Tensor, arrayFromBytes, bytesPerElement } from "../../base/tensor.ts";
import { toLittleEndian } from "../hdf5/byte-order.ts";
import { numpyTypes } from "../npy.ts";
import { type Pickled, isPickledObject, readPickle } from "../pickle.ts";
import type { ZipMember } from "../zip.ts";
import type { WeightStore } from "./weights-store.ts";

/**
 * The weights of a `.keras` file that lie in an `.npz`: each object is a `.npy` of Python's own kind, a
 * pickled dictionary of arrays by number. The pickles are read as data; nothing in them is run.
 *
 * Source: `NpzIOStore` in keras/src/saving/saving_lib.py
 */
export async function npzStore(members: ReadonlyMap<string, ZipMember>): Promise<WeightStore> {
  const objects = new Map<string, Tensor[]>();
  for (const [name, member] of members)
    if (name.endsWith(".npy"))
      objects.set(name.slice(0, -4), arraysOf(pickleIn(await member.read())));
  return {
    has: (path) => [...objects.keys()].some((key) => key === path || key.startsWith(`${path}/`)),
    arrays: (path) =>
      objects
        .get(path === "" ? "__root__" : path)
        ?.map((array) => ({ shape: array.shape, read: () => array })),
  };
}

/** The pickle behind the header of a `.npy` file. */
function pickleIn(bytes: Uint8Array): Pickled {
  const start = bytes.indexOf(10) + 1;
  if (start === 0) throw new StriateError("the weights are no NumPy file");
  return readPickle(bytes.subarray(start));
}

/** The arrays of a dictionary `{ "0": array, "1": array }`, in order. */
function arraysOf(value: Pickled): Tensor[] {
  const dictionary = find(value, (part) => part instanceof Map) as
    Map<Pickled, Pickled> | undefined;
  return [...(dictionary ?? [])]
    .filter(([key]) => typeof key === "string" && /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, part]) => {
      const array = find(part, isArray);
      return array === undefined ? [] : [toTensor(array)];
    });
}

/** Looks for a part of a value, the outermost first. */
function find(
  value: Pickled,
  wanted: (part: Pickled) => boolean,
  seen = new Set<Pickled>(),
): Pickled | undefined {
  // The list grows while it is gone through.
  const waiting: Pickled[] = [value];
  for (const part of waiting) {
    if (wanted(part)) return part;
    if (seen.has(part) || typeof part !== "object" || part === null) continue;
    seen.add(part);
    if (Array.isArray(part)) for (const inner of part) waiting.push(inner);
    else if (part instanceof Map) for (const inner of part.values()) waiting.push(inner);
    else if (isPickledObject(part))
      waiting.push(part.called ?? null, part.args ?? null, part.state ?? null);
  }
  return undefined;
}

/** A NumPy array of numbers: its state is version, shape, type, Fortran order, bytes. */
const isArray = (part: Pickled): boolean =>
  isPickledObject(part) &&
  part.global.endsWith("multiarray._reconstruct") &&
  Array.isArray(part.state) &&
  part.state[4] instanceof Uint8Array;

function toTensor(array: Pickled): Tensor {
  const [, shape, dtype, fortran, bytes] = (array as { state: Pickled[] }).state;
  const code = isPickledObject(dtype) ? String(dtype.args?.[0]) : "";
  const order = isPickledObject(dtype) && Array.isArray(dtype.state) ? dtype.state[1] : "<";
  const type = numpyTypes[code];
  const lengths = Array.isArray(shape) ? shape.map(Number) : [];
  if (type === undefined || fortran === true || !(bytes instanceof Uint8Array))
    throw new StriateError(`an array of the type "${code}" cannot be read`);
  if (bytes.length !== sizeOf(lengths) * bytesPerElement(type))
    throw new StriateError("an array does not have as many elements as its shape says");
  const little = toLittleEndian(bytes, {
    size: bytesPerElement(type),
    littleEndian: order !== ">",
  });
  return { type, shape: lengths, data: arrayFromBytes(type, little) };
}
