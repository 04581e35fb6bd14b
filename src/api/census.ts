import { type Census, censusView } from "../views/census/census-view.ts";
import type { Given } from "../views/run-view.ts";
import type { Model } from "./model.ts";
import type { ViewOptions } from "./model-options.ts";
import type { ViewInputs } from "./view-subject.ts";

/**
 * Counts what every unit of some layers makes of a data set: docs/census.md says what is counted.
 *
 *     const set = await openDatasetFor(model.network, "photos/", { keep: false });
 *     const found = await census(model, set, { layers: "conv", top: 16 });
 *     unitStatistics(found, 0).mean;
 *
 * @param set as `openDatasetFor` opens it; photos are read once, and again for the crops of the sheets
 * @throws StriateError where the numbers would not fit into `options.memory`
 */
export async function census(
  model: Model,
  set: ViewInputs["dataset"],
  asks: Given<typeof censusView.asks> = {},
  options: ViewOptions = {},
): Promise<Census> {
  return (await model.view(censusView, set, asks, options)).result;
}
