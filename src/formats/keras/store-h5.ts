import type { Hdf5Group } from "../hdf5/hdf5-file.ts";
import type { WeightStore } from "./weights-store.ts";

/**
 * The weights of a `.keras` file that lie in HDF5: each object is a group, its arrays are the datasets
 * `vars/0`, `vars/1`, ... A large model's are spread over several files.
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
