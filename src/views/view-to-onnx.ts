import { StriateError } from "../base/errors.ts";
import { type Fields, fromOptions, parseFields } from "../base/fields.ts";
import { type ViewExport, exportView } from "../formats/onnx/export-view.ts";
import type { Network } from "../model/network.ts";
import { allViews } from "./all-views.ts";
import type { View } from "./define-view.ts";
import type { Given } from "./run-view.ts";
import type { Takes } from "./subject.ts";

export interface ViewToOnnxOptions {
  /** [height, width] of a photo, where the network leaves them open. */
  readonly size?: readonly [number, number];
}

/** The views that are a graph, and can be exported. */
export const graphViews = allViews.filter(({ graph }) => graph !== undefined);

/**
 * A network with a view's graph behind it as one ONNX file, which any ONNX Runtime draws from: the
 * network's outputs first, then the view's arrays under their names, a row for each photo. Class names and
 * preprocessing stand in its metadata, method and target in `striate.view`.
 *
 *     await writeFile("cam.onnx", viewToOnnx(gradCamView, model.network, { target: "class:dog" }));
 *
 * @throws StriateError where the view is no graph, the target is not named, or an op has no gradient
 */
export function viewToOnnx<T extends Takes, A extends Fields, S extends Fields, R>(
  view: View<T, A, S, R>,
  network: Network,
  asks: Given<A> = {},
  { size }: ViewToOnnxOptions = {},
): Uint8Array {
  return exportView(network, { ...viewGraph(view, network, asks), ...(size && { size }) });
}

/** What stands behind the network in the file of {@link viewToOnnx}. */
export function viewGraph<T extends Takes, A extends Fields, S extends Fields, R>(
  view: View<T, A, S, R>,
  network: Network,
  asks: Given<A> = {},
): ViewExport {
  if (view.graph === undefined)
    throw new StriateError(
      `${view.title} is no graph behind a network, and cannot be exported; these can: ${graphViews.map(({ id }) => id).join(", ")}`,
    );
  return view.graph(network, parseFields(view.asks, fromOptions(view.asks, asks)));
}
