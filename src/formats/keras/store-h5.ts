import type { Hdf5Group } from "../hdf5/hdf5-file.ts";
import type { WeightGroup } from "./weights-h5.ts";
import type { WeightStore } from "./weights-store.ts";

/** Whether a file has the layout of `.weights.h5`: arrays by class and number, under `layers`. */
export function isStore(root: Hdf5Group): boolean {
  return ["layers", "_layer_checkpoint_dependencies"].some((name) => root.group(name)?.kind);
}

/**
 * The weights that Keras 3 keeps in HDF5: each object is a group, its arrays are the datasets `vars/0`,
 * `vars/1`, ... A large model's may be spread over several files.
 */
export function h5Store(files: readonly Hdf5Group[]): WeightStore {
  return {
    has: (path) => files.some((file) => file.group(path) !== undefined),
    arrays(path) {
      const groups = files.flatMap(
        (file) => file.group(path === "" ? "vars" : `${path}/vars`) ?? [],
      );
      if (groups.length === 0) return undefined;
      const datasets = groups.flatMap((group) =>
        group.names().flatMap((name) => {
          const dataset = group.dataset(name);
          return dataset ? [{ name, dataset }] : [];
        }),
      );
      return datasets
        .sort((a, b) => Number(a.name) - Number(b.name))
        .map(({ dataset }) => ({ shape: dataset.shape, read: () => dataset.lazy() }));
    },
  };
}

/** The objects of `.weights.h5` files that hold arrays. */
export function storedGroups(files: readonly Hdf5Group[]): WeightGroup[] | undefined {
  if (!files.some(isStore)) return undefined;
  const groups = new Map<string, WeightGroup>();
  for (const [path, dataset] of files.flatMap((file) => [...file.datasets()])) {
    const [object, index] = path.split("/vars/");
    if (index === undefined || path.startsWith("optimizer/")) continue;
    const name = object!.replace(/(^|\/)(layers|_layer_checkpoint_dependencies)\//g, "$1");
    const group = groups.get(name) ?? { name, arrays: [] };
    groups.set(name, group);
    group.arrays.push({ name: index, shape: dataset.shape, read: () => dataset.read() });
  }
  return [...groups.values()];
}
