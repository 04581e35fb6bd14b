import { StriateError, naming } from "../base/errors.ts";
import { inferShapes } from "../ops/infer-shapes.ts";
import { describeBytes } from "./describe-bytes.ts";
import type { ModelSource, OpenedModel, ReadModelOptions } from "./format.ts";
import { formats } from "./index.ts";

/**
 * Reads a model from bytes, whatever its format: the content decides, not the name.
 *
 * @throws StriateError in one sentence that names the file: it is no model, damaged, or has a part that
 * cannot be run
 */
export function readModel(
  source: ModelSource,
  options: ReadModelOptions = {},
): Promise<OpenedModel> {
  return naming(source.name, async () => {
    const format = formats.find((candidate) => candidate.match(source));
    if (format) {
      const opened = await format.read(source, options);
      // What does not fit together is found here, where the file has a name.
      inferShapes(opened.network.graph);
      return opened;
    }
    const titles = formats.map(({ title }) => title).join(", ");
    const words =
      describeBytes(source.bytes.subarray(0, 1024)) ??
      `is no kind of model that is known (${titles})`;
    throw new StriateError(words);
  });
}
