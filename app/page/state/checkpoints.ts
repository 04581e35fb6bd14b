/** The checkpoints of a run, in the order of their numbers. */
export const inOrder = <T extends { readonly name: string }>(files: readonly T[]): T[] =>
  [...files].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));

/** Whether files are networks each on its own: checkpoints, and no folder of parts. */
export const areCheckpoints = (files: readonly { readonly name: string }[]): boolean =>
  files.length > 1 && files.every(({ name }) => /\.(h5|hdf5|keras|onnx|tflite)$/i.test(name));
